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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Kernels in machine code that is assembled when a kernel is first used, for Linux on x86-64 with AVX2. Stateless
 * and thread-safe.
 */
public final class JitTier implements KernelTier {
  private static final List<String> NEEDED = List.of("avx2", "fma", "f16c");

  /** Something to execute, to find out whether that is allowed: a return. */
  private static final byte[] SOME_CODE = {(byte) 0xC3};

  /** Found by {@link java.util.ServiceLoader}. */
  public JitTier() {}

  @Override
  public String name() {
    return "jit";
  }

  @Override
  public KernelCap level() {
    return KernelCap.JIT;
  }

  @Override
  public int strength() {
    return 0;
  }

  @Override
  public Verdict verdict(Hardware hardware) {
    return lacking(hardware, System.getProperty("os.name", ""), System.getProperty("os.arch", ""))
        .or(JitTier::refusal)
        .<Verdict>map(Verdict.Refused::new)
        .orElseGet(Verdict.Usable::new);
  }

  /** What the computer lacks, if anything. */
  static Optional<String> lacking(Hardware hardware, String system, String architecture) {
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of("its machine code is for Linux on x86-64, this is %s on %s".formatted(system, architecture));
    }
    List<String> missing = NEEDED.stream().filter(flag -> !hardware.isa().contains(flag)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("this processor has no " + String.join(", ", missing));
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
  public Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    return Optional.ofNullable(Products.OF.get(encoding));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.ofNullable(FloatProducts.OF.get(encoding));
  }

  @Override
  public Optional<RowKernels> rowKernels() {
    return loops().map(LoopedRows::new);
  }

  /** The loops over values; none in a JVM without the Vector API, which has those that are not in machine code. */
  static Optional<RowLoops> loops() {
    return Loops.OF;
  }

  /** The kernels, whose code is assembled when they are first used. */
  private static final class Products {
    static final Map<QuantizedEncoding, JitMatmul> OF =
        Map.ofEntries(
            entry(Encodings.Q1_0, BlockQ1_0::new),
            entry(Encodings.Q2_0, BlockQ2_0::new),
            entry(Encodings.Q4_0, BlockQ4_0::new),
            entry(Encodings.Q4_1, BlockQ4_1::new),
            entry(Encodings.Q5_0, FiveBitBlock::q5_0),
            entry(Encodings.Q5_1, FiveBitBlock::q5_1),
            entry(Encodings.Q8_0, BlockQ8_0::new),
            entry(Encodings.Q2_K, BlockQ2_K::new),
            entry(Encodings.Q3_K, BlockQ3_K::new),
            entry(Encodings.Q4_K, BlockQ4_K::new),
            entry(Encodings.Q5_K, BlockQ5_K::new),
            entry(Encodings.Q6_K, BlockQ6_K::new),
            entry(Encodings.IQ1_S, BlockIQ1_S::new),
            entry(Encodings.IQ1_M, BlockIQ1_M::new),
            entry(Encodings.IQ2_XXS, BlockIQ2_XXS::new),
            entry(Encodings.IQ2_XS, BlockIQ2_XS::new),
            entry(Encodings.IQ2_S, BlockIQ2_S::new),
            entry(Encodings.IQ3_XXS, BlockIQ3_XXS::new),
            entry(Encodings.IQ3_S, BlockIQ3_S::new),
            entry(Encodings.IQ4_NL, BlockIQ4_NL::new),
            entry(Encodings.IQ4_XS, BlockIQ4_XS::new),
            entry(Encodings.TQ1_0, BlockTQ1_0::new),
            entry(Encodings.TQ2_0, BlockTQ2_0::new),
            entry(Encodings.MXFP4, BlockMXFP4::new),
            entry(Encodings.NVFP4, BlockNVFP4::new));

    private Products() {}

    private static Map.Entry<QuantizedEncoding, JitMatmul> entry(QuantizedEncoding encoding, Supplier<BlockCode> block) {
      return Map.entry(encoding, new JitMatmul(block));
    }
  }

  /** The same for weights that are not quantized. */
  private static final class FloatProducts {
    static final Map<Encoding, JitFloatMatmul> OF =
        Map.of(
            Encodings.F32, new JitFloatMatmul(FloatFormat.F32),
            Encodings.F16, new JitFloatMatmul(FloatFormat.F16),
            Encodings.BF16, new JitFloatMatmul(FloatFormat.BF16));

    private FloatProducts() {}
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
