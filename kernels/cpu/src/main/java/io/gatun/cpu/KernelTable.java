package io.gatun.cpu;

import io.gatun.device.ByteDots;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.device.MatmulKernel;
import io.gatun.device.PrescribedRows;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.QuantizedEncoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kernels of a device: the scalar ones, replaced one by one by those of better tiers that pass their self-check. A
 * kernel is made and checked when it is first asked for, so that opening a device costs little; {@link #checked} asks for
 * all. Can print itself and say why others are not in it. Thread-safe.
 */
public final class KernelTable {
  private static final String ROWS = "rows";
  private static final String STATES = "states";
  private static final Candidate<MatmulKernel<QuantizedRows>> SCALAR_Q8 = Candidate.scalar(ScalarKernels.q8Matmul());
  private static final Candidate<MatmulKernel<HostBuffer>> SCALAR_FLOAT = Candidate.scalar(ScalarKernels.floatMatmul());
  private static final String BYTES = "bytes";
  private static final Candidate<ByteDots> SCALAR_DOTS = Candidate.scalar(ScalarKernels.byteDots());
  private static final Candidate<RowKernels> SCALAR_ROWS = Candidate.scalar(ScalarKernels.INSTANCE);

  /** Weakest first. */
  private final List<KernelTier> tiers;
  private final List<String> tierNotes;
  private final boolean roundsToBf16;
  private final Map<Encoding, Candidate<MatmulKernel<QuantizedRows>>> q8 = new ConcurrentHashMap<>();
  private final Map<Encoding, Candidate<MatmulKernel<HostBuffer>>> floats = new ConcurrentHashMap<>();

  /** Of matrices in planes, which have an encoding each, by the kernels that the tiers have for them. */
  private final Map<List<Optional<MatmulKernel<QuantizedRows>>>, Candidate<MatmulKernel<QuantizedRows>>> q8OfPlanes =
      new ConcurrentHashMap<>();

  private final Map<List<Optional<MatmulKernel<HostBuffer>>>, Candidate<MatmulKernel<HostBuffer>>> floatsOfPlanes =
      new ConcurrentHashMap<>();
  private final Candidate<RowKernels> rows;
  private final Candidate<RowKernels> states;
  private final Candidate<ByteDots> dots;
  /** The operations on caches, by the type of what they store. */
  private final Map<KvType, Candidate<RowKernels>> caches = new EnumMap<>(KvType.class);

  private KernelTable(List<KernelTier> tiers, List<String> tierNotes, boolean roundsToBf16) {
    this.tiers = tiers;
    this.tierNotes = tierNotes;
    this.roundsToBf16 = roundsToBf16;
    this.rows = best(SCALAR_ROWS, KernelTier::rowKernels, ROWS, SelfCheck::rows, tiers);
    this.states = best(SCALAR_ROWS, KernelTier::rowKernels, STATES, SelfCheck::states, tiers);
    this.dots = best(SCALAR_DOTS, KernelTier::byteDots, BYTES, SelfCheck::byteDots, tiers);
    for (KvType type : KvType.values()) {
      Function<RowKernels, Optional<String>> check = kernels -> SelfCheck.cache(type, kernels);
      caches.put(type, best(SCALAR_ROWS, KernelTier::rowKernels, cacheName(type), check, tiers));
    }
  }

  /** The scalar kernels, which cannot refuse. */
  public static KernelTable scalar() {
    return new KernelTable(List.of(), List.of(), false);
  }

  /**
   * The best table for a computer.
   *
   * @param cap the strongest level that may be used
   * @param tiers in any order
   */
  public static KernelTable choose(Hardware hardware, KernelCap cap, List<KernelTier> tiers) {
    var weakestFirst =
        tiers.stream().sorted(Comparator.comparing(KernelTier::level).thenComparingInt(KernelTier::strength)).toList();
    var usable = new ArrayList<KernelTier>();
    var notes = new ArrayList<String>();
    for (KernelTier tier : weakestFirst) {
      if (!admits(cap, tier.level())) {
        notes.add("%s not used: kernels are capped at %s".formatted(tier.name(), cap.id()));
      } else {
        switch (tier.verdict(hardware)) {
          case Verdict.Usable _ -> usable.add(tier);
          case Verdict.Refused refused -> notes.add("%s not used: %s".formatted(tier.name(), refused.reason()));
        }
      }
    }
    return new KernelTable(List.copyOf(usable), List.copyOf(notes), false);
  }

  private static boolean admits(KernelCap cap, KernelCap level) {
    return switch (cap) {
      case AUTO -> true;
      case SCALAR, VECTOR, JIT -> level.compareTo(cap) <= 0;
    };
  }

  /** A table with the kernels of a better tier before this one's; none of them has been checked. */
  public KernelTable improvedBy(KernelTier tier) {
    var more = new ArrayList<>(tiers);
    more.add(tier);
    return new KernelTable(List.copyOf(more), tierNotes, roundsToBf16);
  }

  /** This table, with kernels for float activations that round to bf16 where a tier has them; none of them has been checked. */
  public KernelTable roundingToBf16() {
    return new KernelTable(tiers, tierNotes, true);
  }

  private static String cacheName(KvType type) {
    return "cache/" + type.id();
  }

  private Candidate<MatmulKernel<QuantizedRows>> q8(Encoding encoding) {
    return q8.computeIfAbsent(
        encoding,
        _ ->
            best(
                SCALAR_Q8,
                tier -> encoding instanceof QuantizedEncoding quantized ? tier.q8Matmul(quantized) : Optional.empty(),
                encoding.id() + " q8",
                kernel -> SelfCheck.q8(encoding, kernel),
                tiers));
  }

  private Candidate<MatmulKernel<HostBuffer>> floats(Encoding encoding) {
    return floats.computeIfAbsent(encoding, roundsToBf16 ? this::bf16Kernel : this::floatKernel);
  }

  private Candidate<MatmulKernel<HostBuffer>> floatKernel(Encoding encoding) {
    return best(
        SCALAR_FLOAT,
        tier -> encoding instanceof OpaqueEncoding ? Optional.empty() : tier.floatMatmul(encoding),
        encoding.id() + " f32",
        kernel -> SelfCheck.floats(encoding, kernel),
        tiers);
  }

  private Candidate<MatmulKernel<HostBuffer>> bf16Kernel(Encoding encoding) {
    return best(
        floatKernel(encoding),
        tier -> tier.bf16Matmul(encoding),
        encoding.id() + " bf16",
        kernel -> SelfCheck.bf16(encoding, kernel),
        tiers);
  }

  /** Kernels of matrices that are not alike differ, or are none. */
  private <K> Candidate<K> ofPlanes(
      Map<List<Optional<K>>, Candidate<K>> candidates,
      Candidate<K> scalar,
      Function<KernelTier, Optional<K>> kernelOf,
      String what,
      Function<K, Optional<String>> faultOf) {
    return candidates.computeIfAbsent(
        tiers.stream().map(kernelOf).toList(), _ -> best(scalar, kernelOf, what, faultOf, tiers));
  }

  /** The candidate of the strongest tier that has a kernel. */
  private static <K> Candidate<K> best(
      Candidate<K> scalar,
      Function<KernelTier, Optional<K>> kernelOf,
      String what,
      Function<K, Optional<String>> faultOf,
      List<KernelTier> tiers) {
    for (int i = tiers.size() - 1; i >= 0; i--) {
      Optional<K> kernel = kernelOf.apply(tiers.get(i));
      if (kernel.isPresent()) {
        List<KernelTier> weaker = tiers.subList(0, i);
        return Candidate.of(
            tiers.get(i), kernel.get(), what, faultOf, () -> best(scalar, kernelOf, what, faultOf, weaker));
      }
    }
    return scalar;
  }

  /** This table, after every kernel in it has been checked: tens of milliseconds each. */
  public KernelTable checked() {
    candidates().forEach(Candidate::checked);
    return this;
  }

  /** Those of all encodings, made one by one as the stream is read. */
  private Stream<Candidate<?>> candidates() {
    Stream<Candidate<?>> others = Stream.concat(Stream.of(rows, states, dots), caches.values().stream());
    return Stream.concat(
        others, Encodings.all().stream().flatMap(encoding -> Stream.of(q8(encoding), floats(encoding))));
  }

  /** The kernel for 8-bit activations, checked. */
  public MatmulKernel<QuantizedRows> q8Matmul(QuantizedEncoding encoding) {
    return q8(encoding).checked().kernel();
  }

  /**
   * The kernel for a matrix of integer codes and 8-bit activations, checked: on the first rows of the matrix if it is in
   * planes, as there is no other of its encoding.
   */
  public MatmulKernel<QuantizedRows> q8Matmul(HostMatrix w) {
    return w.encoding() instanceof QuantizedEncoding blocks
        ? q8Matmul(blocks)
        : q8.computeIfAbsent(
                w.encoding(),
                encoding ->
                    ofPlanes(
                        q8OfPlanes,
                        SCALAR_Q8,
                        tier -> tier.q8OfPlanes(w),
                        encoding.id() + " q8",
                        kernel -> SelfCheck.q8(w, kernel)))
            .checked()
            .kernel();
  }

  /** The kernel for a matrix and float activations, checked like {@link #q8Matmul(HostMatrix)}. */
  public MatmulKernel<HostBuffer> floatMatmul(HostMatrix w) {
    return w.encoding() instanceof MatrixEncoding
        ? floats.computeIfAbsent(
                w.encoding(),
                encoding ->
                    ofPlanes(
                        floatsOfPlanes,
                        SCALAR_FLOAT,
                        tier -> tier.floatOfPlanes(w),
                        encoding.id() + " f32",
                        kernel -> SelfCheck.floats(w, kernel)))
            .checked()
            .kernel()
        : floatMatmul(w.encoding());
  }

  /** The kernel for float activations, checked. */
  public MatmulKernel<HostBuffer> floatMatmul(Encoding encoding) {
    return floats(encoding).checked().kernel();
  }

  /** The kernel for 8-bit activations as checkpoints prescribe them; its dot products are checked. */
  public MatmulKernel<PrescribedRows> prescribedMatmul() {
    return ScalarKernels.prescribedMatmul(dots.checked().kernel());
  }

  /** The operations on rows but for those on states and caches, checked. */
  public RowKernels rows() {
    return rows.checked().kernel();
  }

  /** The operations on rows that carry a state from one to the next, checked. */
  public RowKernels states() {
    return states.checked().kernel();
  }

  /** The operations on a cache, checked: scalar unless the same kernels pass with both types. */
  public RowKernels cache(KvType keys, KvType values) {
    RowKernels kernels = cache(keys);
    return kernels.equals(cache(values)) ? kernels : SCALAR_ROWS.kernel();
  }

  private RowKernels cache(KvType type) {
    return Objects.requireNonNull(caches.get(type)).checked().kernel();
  }

  /** Whether a kernel of this level or a stronger one passes; checks no more kernels than the answer needs. */
  boolean reaches(KernelCap least) {
    return candidates().anyMatch(candidate -> candidate.checked().level().compareTo(least) >= 0);
  }

  /** The strongest level that a kernel in the table comes from; what has not been checked is presumed to pass. */
  public KernelCap level() {
    return strongest().map(KernelTier::level).orElse(KernelCap.SCALAR);
  }

  /** The name of the strongest tier that a kernel in the table comes from, in one word: {@code scalar}, {@code vector256}. */
  public String tier() {
    return strongest().map(KernelTier::name).orElse("scalar");
  }

  private Optional<KernelTier> strongest() {
    return tiers.reversed().stream()
        .filter(tier -> candidates().anyMatch(candidate -> candidate.presumed().tier().equals(tier.name())))
        .findFirst();
  }

  /**
   * The tiers in one line, the one with the most kernels last: {@code vector512}, or {@code q4_0,q8_0=jit
   * rest=vector512}. A quantized encoding's name stands for its kernel with 8-bit activations, followed by {@code /f32}
   * for the one with float activations, and {@code quantized/f32} for all of these if they come from one tier; {@code
   * rows} stands for the operations on rows, {@code states} for those that carry a state on, {@code bytes} for products of 8-bit integers, {@code cache/f16} for the
   * operations on a cache of that type. Encodings that nobody can compute with are left out. A table that {@linkplain
   * #roundingToBf16 rounds} adds {@code fast-float=} and what {@link #fastFloats} says. What has not been checked is
   * presumed to pass.
   */
  public String describe() {
    String rounding = roundsToBf16 ? " fast-float=" + fastFloats() : "";
    var byTier = new LinkedHashMap<String, List<String>>();
    List<Encoding> quantized = Encodings.all().stream().filter(QuantizedEncoding.class::isInstance).toList();
    boolean areAlike = quantized.stream().map(type -> floats(type).presumed().tier()).distinct().count() == 1;
    for (Encoding encoding : Encodings.all()) {
      String id = encoding.id();
      switch (encoding) {
        case QuantizedEncoding _ -> {
          add(byTier, q8(encoding), id);
          if (!areAlike) {
            add(byTier, floats(encoding), id + "/f32");
          }
        }
        case PlainEncoding _ -> add(byTier, floats(encoding), id);
        case OpaqueEncoding _, MatrixEncoding _ -> {}
      }
    }
    if (areAlike) {
      add(byTier, floats(quantized.getFirst()), "quantized/f32");
    }
    add(byTier, rows, ROWS);
    add(byTier, states, STATES);
    add(byTier, dots, BYTES);
    caches.forEach((type, candidate) -> add(byTier, candidate, cacheName(type)));
    String most =
        Collections.max(byTier.entrySet(), Comparator.comparingInt(entry -> entry.getValue().size())).getKey();
    if (byTier.size() == 1) {
      return most + rounding;
    }
    return byTier.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(most))
            .map(entry -> String.join(",", entry.getValue()) + "=" + entry.getKey())
            .collect(Collectors.joining(" "))
        + " rest="
        + most
        + rounding;
  }

  /** The encodings whose kernels for float activations round to bf16 and pass, or {@code none}. */
  String fastFloats() {
    List<String> ids = Encodings.all().stream().filter(this::rounds).map(Encoding::id).toList();
    return ids.isEmpty() ? "none" : String.join(",", ids);
  }

  private boolean rounds(Encoding encoding) {
    return roundsToBf16
        && tiers.stream()
            .filter(tier -> tier.bf16Matmul(encoding).isPresent())
            .anyMatch(tier -> tier.name().equals(floats(encoding).checked().tier()));
  }

  private static void add(Map<String, List<String>> byTier, Candidate<?> candidate, String name) {
    byTier.computeIfAbsent(candidate.presumed().tier(), _ -> new ArrayList<>()).add(name);
  }

  /** The tiers that are not used and the kernels that are known to fail, one line each, with the reason. */
  public List<String> notes() {
    Stream<Candidate<?>> ofPlanes =
        Stream.concat(q8OfPlanes.values().stream(), floatsOfPlanes.values().stream());
    return Stream.concat(
            tierNotes.stream(), Stream.concat(candidates(), ofPlanes).flatMap(candidate -> candidate.note().stream()))
        .toList();
  }
}
