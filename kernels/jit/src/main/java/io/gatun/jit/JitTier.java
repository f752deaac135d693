package io.gatun.jit;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.cpu.rows.RowLoops;
import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.DeviceException;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Kernels in machine code that is assembled when a kernel is first used, for Linux on x86-64. There is a tier for each
 * form in which the code is written, and {@code -Dgatun.jit.isa=avx2|avxvnni|avx512} names the strongest that may be
 * used; this one is for AVX2. Stateless and thread-safe.
 */
public sealed class JitTier implements KernelTier {
  /** Something to execute, to find out whether that is allowed: a return. */
  private static final byte[] SOME_CODE = {(byte) 0xC3};

  private final Isa isa;

  /** Found by {@link java.util.ServiceLoader}. */
  public JitTier() {
    this(Isa.AVX2);
  }

  private JitTier(Isa isa) {
    this.isa = isa;
  }

  /** Products of bytes by AVX-VNNI. */
  public static final class AvxVnni extends JitTier {

    /** Found by {@link java.util.ServiceLoader}. */
    public AvxVnni() {
      super(Isa.AVXVNNI);
    }
  }

  /** Products by AVX-512 with VNNI. */
  public static final class Avx512 extends JitTier {

    /** Found by {@link java.util.ServiceLoader}. */
    public Avx512() {
      super(Isa.AVX512);
    }
  }

  @Override
  public final String name() {
    return isa.tier;
  }

  @Override
  public final KernelCap level() {
    return KernelCap.JIT;
  }

  @Override
  public final int strength() {
    return isa.ordinal();
  }

  /** @throws IllegalArgumentException if {@code gatun.jit.isa} is no form */
  @Override
  public final Verdict verdict(Hardware hardware) {
    return lacking(hardware, System.getProperty("os.name", ""), System.getProperty("os.arch", ""))
        .or(JitTier::refusal)
        .<Verdict>map(Verdict.Refused::new)
        .orElseGet(Verdict.Usable::new);
  }

  /** What the computer lacks, if anything. */
  final Optional<String> lacking(Hardware hardware, String system, String architecture) {
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of("its machine code is for Linux on x86-64, this is %s on %s".formatted(system, architecture));
    }
    return isa.obstacles(hardware).stream().findFirst();
  }

  private static Optional<String> refusal() {
    Module module = JitTier.class.getModule();
    if (!module.isNativeAccessEnabled()) {
      return Optional.of(
          "add --enable-native-access=%s to the java command".formatted(module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
    try (var _ = new CodeArena(List.of(SOME_CODE))) {
      return Optional.empty();
    } catch (DeviceException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public final Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    return Optional.ofNullable(Products.OF.get(isa).get(encoding));
  }

  @Override
  public final Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.ofNullable(FloatProducts.OF.getOrDefault(isa, Map.of()).get(encoding));
  }

  /** All forms have those of AVX2. */
  @Override
  public final Optional<RowKernels> rowKernels() {
    return isa == Isa.AVX2 ? loops().map(LoopedRows::new) : Optional.empty();
  }

  /** The loops over values; none in a JVM without the Vector API, which has those that are not in machine code. */
  static Optional<RowLoops> loops() {
    return Loops.OF;
  }

  /** The kernels, whose code is assembled when they are first used. */
  private static final class Products {
    private static final Map<QuantizedEncoding, Supplier<BlockCode>> BLOCKS =
        Map.ofEntries(
            Map.entry(Encodings.Q1_0, BlockQ1_0::new),
            Map.entry(Encodings.Q2_0, BlockQ2_0::new),
            Map.entry(Encodings.Q4_0, BlockQ4_0::new),
            Map.entry(Encodings.Q4_1, BlockQ4_1::new),
            Map.entry(Encodings.Q5_0, FiveBitBlock::q5_0),
            Map.entry(Encodings.Q5_1, FiveBitBlock::q5_1),
            Map.entry(Encodings.Q8_0, BlockQ8_0::new),
            Map.entry(Encodings.Q2_K, BlockQ2_K::new),
            Map.entry(Encodings.Q3_K, BlockQ3_K::new),
            Map.entry(Encodings.Q4_K, BlockQ4_K::new),
            Map.entry(Encodings.Q5_K, BlockQ5_K::new),
            Map.entry(Encodings.Q6_K, BlockQ6_K::new),
            Map.entry(Encodings.IQ1_S, BlockIQ1_S::new),
            Map.entry(Encodings.IQ1_M, BlockIQ1_M::new),
            Map.entry(Encodings.IQ2_XXS, BlockIQ2_XXS::new),
            Map.entry(Encodings.IQ2_XS, BlockIQ2_XS::new),
            Map.entry(Encodings.IQ2_S, BlockIQ2_S::new),
            Map.entry(Encodings.IQ3_XXS, BlockIQ3_XXS::new),
            Map.entry(Encodings.IQ3_S, BlockIQ3_S::new),
            Map.entry(Encodings.IQ4_NL, BlockIQ4_NL::new),
            Map.entry(Encodings.IQ4_XS, BlockIQ4_XS::new),
            Map.entry(Encodings.TQ1_0, BlockTQ1_0::new),
            Map.entry(Encodings.TQ2_0, BlockTQ2_0::new),
            Map.entry(Encodings.MXFP4, BlockMXFP4::new),
            Map.entry(Encodings.NVFP4, BlockNVFP4::new));

    static final Map<Isa, Map<QuantizedEncoding, JitMatmul>> OF =
        Arrays.stream(Isa.values()).collect(Collectors.toUnmodifiableMap(isa -> isa, Products::of));

    private Products() {}

    private static Map<QuantizedEncoding, JitMatmul> of(Isa isa) {
      return BLOCKS.entrySet().stream()
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, block -> new JitMatmul(block.getValue(), isa)));
    }
  }

  /** The same for weights that are not quantized; AVX-VNNI has nothing for them. */
  private static final class FloatProducts {
    static final Map<Isa, Map<Encoding, JitFloatMatmul>> OF =
        Map.of(Isa.AVX2, of(Isa.AVX2), Isa.AVX512, of(Isa.AVX512));

    private FloatProducts() {}

    private static Map<Encoding, JitFloatMatmul> of(Isa isa) {
      return Map.of(
          Encodings.F32, new JitFloatMatmul(FloatFormat.F32, isa),
          Encodings.F16, new JitFloatMatmul(FloatFormat.F16, isa),
          Encodings.BF16, new JitFloatMatmul(FloatFormat.BF16, isa));
    }
  }

  /** The loops, assembled when they are first asked for. */
  private static final class Loops {
    static final Optional<RowLoops> OF = VectorTier.loops().map(Loops::of);

    private Loops() {}

    private static RowLoops of(RowLoops others) {
      return new JitLoops(new CodeArena(JitLoops.code()).functions(), others);
    }
  }
}
