package io.gatun.cpu.vector;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.cpu.rows.RowLoops;
import io.gatun.device.ByteDots;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RotatedMatmul;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.QuantizedEncoding;
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
    var unpacking = UnpackingPacker.of(encoding, kind);
    Optional<StripKernel> strip = strip(encoding);
    return Optional.of(
        strip.isEmpty()
            ? PanelMatmul.of(encoding, kind, packer(encoding).orElse(unpacking))
            : new StripMatmul(
                encoding, strip.get(), PanelMatmul.of(encoding, kind, new StripPacker(encoding, strip.get(), unpacking))));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return Optional.of(new FloatMatmul(encoding.id()));
  }

  @Override
  public Optional<ByteDots> byteDots() {
    return Optional.of(VectorByteDots::run);
  }

  @Override
  public Optional<RowKernels> rowKernels() {
    return loops().map(LoopedRows::new);
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8OfPlanes(HostMatrix w) {
    return w.planeCodes().flatMap(codes -> PanelMatmul.of(codes, w.cols()));
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatOfPlanes(HostMatrix w) {
    var rows = new FloatMatmul(w.floatCodes().map(codes -> codes.type().name()).orElse("decoded"));
    return Optional.of(
        w.encoding() instanceof Exl3Encoding
            ? new RotatedMatmul(new FloatMatmul(Encodings.F32.id()), new TrellisRows(), rows)
            : rows);
  }

  /** The loops over values; none in a JVM without the incubator module. */
  public static Optional<RowLoops> loops() {
    return VectorBits.moduleIsThere() ? Optional.of(new VectorLoops()) : Optional.empty();
  }

  /** For encodings that are computed from the mapped bytes. */
  private static Optional<StripKernel> strip(QuantizedEncoding encoding) {
    return Optional.ofNullable(
        switch (encoding.id()) {
          case "q4_0" -> new StripQ4_0();
          case "q8_0" -> new StripQ8_0();
          case "q4_k" -> new StripQ4_K();
          case "q6_k" -> new StripQ6_K();
          default -> null;
        });
  }

  /** For encodings that have a packer of their own; only those that are asked for are made. */
  private static Optional<PanelPacker> packer(QuantizedEncoding encoding) {
    return Optional.ofNullable(
        switch (encoding.id()) {
          case "q1_0" -> new PackQ1_0();
          case "q2_0" -> new PackQ2_0();
          case "q4_1" -> new PackQ4_1();
          case "q5_0" -> new PackQ5_0();
          case "q5_1" -> new PackQ5_1();
          case "q2_k" -> new PackQ2_K();
          case "q3_k" -> new PackQ3_K();
          case "q5_k" -> new PackQ5_K();
          case "iq1_s" -> new PackIQ1_S();
          case "iq1_m" -> new PackIQ1_M();
          case "iq2_xxs" -> new PackIQ2_XXS();
          case "iq2_xs" -> new PackIQ2_XS();
          case "iq2_s" -> new PackIQ2_S();
          case "iq3_xxs" -> new PackIQ3_XXS();
          case "iq3_s" -> new PackIQ3_S();
          case "iq4_nl" -> new PackIQ4_NL();
          case "iq4_xs" -> new PackIQ4_XS();
          case "tq1_0" -> new PackTQ1_0();
          case "tq2_0" -> new PackTQ2_0();
          case "mxfp4" -> new PackMXFP4();
          case "nvfp4" -> new PackNVFP4();
          default -> null;
        });
  }
}
