package io.gatun.cpu.vector;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.cpu.rows.RowLoops;
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
import java.util.Map;
import java.util.Optional;

/**
 * Kernels in the Vector API: lanes of 128, 256 or 512 bits, the processor's preferred width unless {@code
 * -Dgatun.vector.bits} asks for one. Stateless and thread-safe; touches no vector class before {@link #verdict}, so that
 * it can be listed in a JVM without the incubator module.
 */
public final class VectorTier implements KernelTier {
  /** Found by {@link java.util.ServiceLoader}. */
  public VectorTier() {}

  @Override
  public String name() {
    return VectorBits.moduleIsThere() ? "vector" + VectorBits.chosen() : "vector";
  }

  @Override
  public KernelCap level() {
    return KernelCap.VECTOR;
  }

  @Override
  public int strength() {
    return 0;
  }

  /** @throws IllegalArgumentException if {@code gatun.vector.bits} is not a width */
  @Override
  public Verdict verdict(Hardware hardware) {
    if (!VectorBits.moduleIsThere()) {
      return new Verdict.Refused("add --add-modules jdk.incubator.vector to the java command");
    }
    return VectorBits.verdict(hardware);
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    if (!PanelMatmul.fits(encoding)) {
      return Optional.empty();
    }
    PanelCodes kind = PanelCodes.of(encoding);
    var unpacking = new UnpackingPacker(encoding, kind);
    StripKernel strip = Strips.OF.get(encoding);
    return Optional.of(
        strip == null
            ? new PanelMatmul(encoding, kind, Packers.OF.getOrDefault(encoding, unpacking))
            : new StripMatmul(
                encoding, strip, new PanelMatmul(encoding, kind, new StripPacker(encoding, strip, unpacking))));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.of(new FloatMatmul(encoding));
  }

  @Override
  public Optional<RowKernels> rowKernels() {
    return loops().map(LoopedRows::new);
  }

  /** The loops over values, for tiers that have not all of their own; none in a JVM without the incubator module. */
  public static Optional<RowLoops> loops() {
    return VectorBits.moduleIsThere() ? Optional.of(new VectorLoops()) : Optional.empty();
  }

  /** Encodings that are computed from the mapped bytes; loaded after the verdict. */
  private static final class Strips {
    static final Map<QuantizedEncoding, StripKernel> OF =
        Map.of(
            Encodings.Q4_0, new StripQ4_0(),
            Encodings.Q8_0, new StripQ8_0(),
            Encodings.Q4_K, new StripQ4_K(),
            Encodings.Q6_K, new StripQ6_K());

    private Strips() {}
  }

  /** Encodings that have a packer of their own; loaded after the verdict. */
  private static final class Packers {
    static final Map<QuantizedEncoding, PanelPacker> OF =
        Map.ofEntries(
            Map.entry(Encodings.Q1_0, new PackQ1_0()),
            Map.entry(Encodings.Q2_0, new PackQ2_0()),
            Map.entry(Encodings.Q4_1, new PackQ4_1()),
            Map.entry(Encodings.Q5_0, new PackQ5_0()),
            Map.entry(Encodings.Q5_1, new PackQ5_1()),
            Map.entry(Encodings.Q2_K, new PackQ2_K()),
            Map.entry(Encodings.Q3_K, new PackQ3_K()),
            Map.entry(Encodings.Q5_K, new PackQ5_K()),
            Map.entry(Encodings.IQ1_S, new PackIQ1_S()),
            Map.entry(Encodings.IQ1_M, new PackIQ1_M()),
            Map.entry(Encodings.IQ2_XXS, new PackIQ2_XXS()),
            Map.entry(Encodings.IQ2_XS, new PackIQ2_XS()),
            Map.entry(Encodings.IQ2_S, new PackIQ2_S()),
            Map.entry(Encodings.IQ3_XXS, new PackIQ3_XXS()),
            Map.entry(Encodings.IQ3_S, new PackIQ3_S()),
            Map.entry(Encodings.IQ4_NL, new PackIQ4_NL()),
            Map.entry(Encodings.IQ4_XS, new PackIQ4_XS()),
            Map.entry(Encodings.TQ1_0, new PackTQ1_0()),
            Map.entry(Encodings.TQ2_0, new PackTQ2_0()),
            Map.entry(Encodings.MXFP4, new PackMXFP4()),
            Map.entry(Encodings.NVFP4, new PackNVFP4()));

    private Packers() {}
  }
}
