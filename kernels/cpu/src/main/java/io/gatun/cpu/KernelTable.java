package io.gatun.cpu;

import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.KernelCap;
import io.gatun.device.KvType;
import io.gatun.device.MatmulKernel;
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
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kernels of a device: the scalar ones, replaced one by one by those of better tiers that pass their self-check. A
 * kernel is checked when it is first asked for, so that opening a device costs little; {@link #checked} asks for all.
 * Can print itself and say why others are not in it. Thread-safe.
 */
public final class KernelTable {
  private static final String ROWS = "rows";
  private static final Candidate<MatmulKernel<QuantizedRows>> SCALAR_Q8 = Candidate.scalar(ScalarKernels.q8Matmul());
  private static final Candidate<MatmulKernel<HostBuffer>> SCALAR_FLOAT = Candidate.scalar(ScalarKernels.floatMatmul());
  private static final Candidate<RowKernels> SCALAR_ROWS = Candidate.scalar(ScalarKernels.INSTANCE);

  private final SequencedMap<String, Candidate<MatmulKernel<QuantizedRows>>> q8;
  private final SequencedMap<String, Candidate<MatmulKernel<HostBuffer>>> floats;
  private final Candidate<RowKernels> rows;
  /** The operations on caches, by the type of what they store. */
  private final Map<KvType, Candidate<RowKernels>> caches;
  private final List<String> tierNotes;

  private KernelTable(
      SequencedMap<String, Candidate<MatmulKernel<QuantizedRows>>> q8,
      SequencedMap<String, Candidate<MatmulKernel<HostBuffer>>> floats,
      Candidate<RowKernels> rows,
      Map<KvType, Candidate<RowKernels>> caches,
      List<String> tierNotes) {
    this.q8 = q8;
    this.floats = floats;
    this.rows = rows;
    this.caches = caches;
    this.tierNotes = tierNotes;
  }

  /** The scalar kernels, which cannot refuse. */
  public static KernelTable scalar() {
    var caches = new EnumMap<KvType, Candidate<RowKernels>>(KvType.class);
    for (KvType type : KvType.values()) {
      caches.put(type, SCALAR_ROWS);
    }
    return new KernelTable(new LinkedHashMap<>(), new LinkedHashMap<>(), SCALAR_ROWS, caches, List.of());
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
    var table = scalar();
    for (KernelTier tier : weakestFirst) {
      if (!admits(cap, tier.level())) {
        table = table.noting("%s not used: kernels are capped at %s".formatted(tier.name(), cap.id()));
      } else {
        table =
            switch (tier.verdict(hardware)) {
              case Verdict.Usable _ -> table.improvedBy(tier);
              case Verdict.Refused refused ->
                  table.noting("%s not used: %s".formatted(tier.name(), refused.reason()));
            };
      }
    }
    return table;
  }

  private static boolean admits(KernelCap cap, KernelCap level) {
    return switch (cap) {
      case AUTO -> true;
      case SCALAR, VECTOR, JIT -> level.compareTo(cap) <= 0;
    };
  }

  /** This table with the kernels of a better tier before its own. */
  public KernelTable improvedBy(KernelTier tier) {
    var newQ8 = new LinkedHashMap<>(q8);
    var newFloats = new LinkedHashMap<>(floats);
    for (Encoding encoding : Encodings.all()) {
      String id = encoding.id();
      q8Kernel(tier, encoding)
          .map(kernel -> q8(id).improvedBy(tier, kernel, id + " q8", k -> SelfCheck.q8(encoding, k)))
          .ifPresent(candidate -> newQ8.put(id, candidate));
      floatKernel(tier, encoding)
          .map(kernel -> floats(id).improvedBy(tier, kernel, id + " f32", k -> SelfCheck.floats(encoding, k)))
          .ifPresent(candidate -> newFloats.put(id, candidate));
    }
    Optional<RowKernels> kernels = tier.rowKernels();
    if (kernels.isEmpty()) {
      return new KernelTable(newQ8, newFloats, rows, caches, tierNotes);
    }
    var newRows = rows.improvedBy(tier, kernels.get(), ROWS, SelfCheck::rows);
    var newCaches = new EnumMap<>(caches);
    newCaches.replaceAll(
        (type, weaker) -> weaker.improvedBy(tier, kernels.get(), cacheName(type), k -> SelfCheck.cache(type, k)));
    return new KernelTable(newQ8, newFloats, newRows, newCaches, tierNotes);
  }

  private static String cacheName(KvType type) {
    return "cache/" + type.id();
  }

  private Candidate<MatmulKernel<QuantizedRows>> q8(String id) {
    return q8.getOrDefault(id, SCALAR_Q8);
  }

  private Candidate<MatmulKernel<HostBuffer>> floats(String id) {
    return floats.getOrDefault(id, SCALAR_FLOAT);
  }

  private static Optional<MatmulKernel<QuantizedRows>> q8Kernel(KernelTier tier, Encoding encoding) {
    return switch (encoding) {
      case QuantizedEncoding quantized -> tier.q8Matmul(quantized);
      case PlainEncoding _, OpaqueEncoding _, MatrixEncoding _ -> Optional.empty();
    };
  }

  private static Optional<MatmulKernel<HostBuffer>> floatKernel(KernelTier tier, Encoding encoding) {
    return switch (encoding) {
      case QuantizedEncoding _, PlainEncoding _ -> tier.floatMatmul(encoding);
      case OpaqueEncoding _, MatrixEncoding _ -> Optional.empty();
    };
  }

  private KernelTable noting(String note) {
    var more = new ArrayList<>(tierNotes);
    more.add(note);
    return new KernelTable(q8, floats, rows, caches, List.copyOf(more));
  }

  /** This table, after every kernel in it has been checked: tens of milliseconds each. */
  public KernelTable checked() {
    candidates().forEach(Candidate::checked);
    return this;
  }

  private Stream<Candidate<?>> candidates() {
    return Stream.of(Stream.of(rows), q8.values().stream(), floats.values().stream(), caches.values().stream())
        .flatMap(Function.identity());
  }

  /** The kernel for 8-bit activations, checked. */
  public MatmulKernel<QuantizedRows> q8Matmul(QuantizedEncoding encoding) {
    return q8(encoding.id()).checked().kernel();
  }

  /** The kernel for float activations, checked. */
  public MatmulKernel<HostBuffer> floatMatmul(Encoding encoding) {
    return floats(encoding.id()).checked().kernel();
  }

  /** The operations on rows but for those on caches, checked. */
  public RowKernels rows() {
    return rows.checked().kernel();
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
    return candidates().map(candidate -> candidate.presumed().level()).max(Comparator.naturalOrder()).orElseThrow();
  }

  /** The name of the strongest tier that a kernel in the table comes from, in one word: {@code scalar}, {@code vector256}. */
  public String tier() {
    return candidates()
        .map(Candidate::presumed)
        .max(Comparator.comparing(Candidate::level))
        .map(Candidate::tier)
        .orElseThrow();
  }

  /**
   * The tiers in one line, the one with the most kernels last: {@code vector512}, or {@code q4_0,q8_0=jit
   * rest=vector512}. A quantized encoding's name stands for its kernel with 8-bit activations, followed by {@code /f32}
   * for the one with float activations, and {@code quantized/f32} for all of these if they come from one tier; {@code
   * rows} stands for the operations on rows, {@code cache/f16} for those on a cache of that type. Encodings that nobody
   * can compute with are left out. What has not been checked is presumed to pass.
   */
  public String describe() {
    var byTier = new LinkedHashMap<String, List<String>>();
    List<String> quantized =
        Encodings.all().stream().filter(QuantizedEncoding.class::isInstance).map(Encoding::id).toList();
    boolean areAlike = quantized.stream().map(id -> floats(id).presumed().tier()).distinct().count() == 1;
    for (Encoding encoding : Encodings.all()) {
      String id = encoding.id();
      switch (encoding) {
        case QuantizedEncoding _ -> {
          add(byTier, q8(id), id);
          if (!areAlike) {
            add(byTier, floats(id), id + "/f32");
          }
        }
        case PlainEncoding _ -> add(byTier, floats(id), id);
        case OpaqueEncoding _, MatrixEncoding _ -> {}
      }
    }
    if (areAlike) {
      add(byTier, floats(quantized.getFirst()), "quantized/f32");
    }
    add(byTier, rows, ROWS);
    caches.forEach((type, candidate) -> add(byTier, candidate, cacheName(type)));
    String most =
        Collections.max(byTier.entrySet(), Comparator.comparingInt(entry -> entry.getValue().size())).getKey();
    if (byTier.size() == 1) {
      return most;
    }
    return byTier.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(most))
            .map(entry -> String.join(",", entry.getValue()) + "=" + entry.getKey())
            .collect(Collectors.joining(" "))
        + " rest="
        + most;
  }

  private static void add(Map<String, List<String>> byTier, Candidate<?> candidate, String name) {
    byTier.computeIfAbsent(candidate.presumed().tier(), _ -> new ArrayList<>()).add(name);
  }

  /** The tiers that are not used and the kernels that are known to fail, one line each, with the reason. */
  public List<String> notes() {
    return Stream.concat(tierNotes.stream(), candidates().flatMap(candidate -> candidate.note().stream())).toList();
  }
}
