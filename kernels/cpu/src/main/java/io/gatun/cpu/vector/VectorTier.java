package io.gatun.cpu.vector;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.LaunchFlags;
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
 * -Dgatun.vector.bits} asks for one. Stateless and thread-safe.
 *
 * <p>In a JVM without the incubator module it has the same kernels, but all that they do is to throw {@link
 * io.gatun.device.MissingFlagException}: where a stronger tier has kernels nobody asks for these, and where none has, to
 * compute with scalar ones instead would be ten times as slow.
 */
public final class VectorTier implements KernelTier {
  /** Found by {@link java.util.ServiceLoader}. */
  public VectorTier() {}

  @Override
  public String name() {
    return LaunchFlags.haveVectorModule() ? "vector" + VectorBits.chosen() : "vector";
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
    return LaunchFlags.haveVectorModule() ? VectorBits.verdict(hardware) : new Verdict.Usable();
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8Matmul(QuantizedEncoding encoding) {
    if (!LaunchFlags.haveVectorModule()) {
      return missing();
    }
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
    return LaunchFlags.haveVectorModule() ? Optional.of(new FloatMatmul(encoding.id())) : missing();
  }

  @Override
  public Optional<ByteDots> byteDots() {
    return Optional.of(
        LaunchFlags.haveVectorModule()
            ? VectorByteDots::run
            : (_, _, _, _) -> {
              throw LaunchFlags.vectorModuleIsMissing();
            });
  }

  /** @throws io.gatun.device.MissingFlagException in a JVM without the incubator module */
  @Override
  public Optional<RowKernels> rowKernels() {
    return Optional.of(new LoopedRows(loops()));
  }

  @Override
  public Optional<MatmulKernel<QuantizedRows>> q8OfPlanes(HostMatrix w) {
    return LaunchFlags.haveVectorModule()
        ? w.planeCodes().flatMap(codes -> PanelMatmul.of(codes, w.cols()))
        : w.planeCodes().flatMap(_ -> missing());
  }

  @Override
  public Optional<MatmulKernel<HostBuffer>> floatOfPlanes(HostMatrix w) {
    if (!LaunchFlags.haveVectorModule()) {
      return missing();
    }
    var rows = new FloatMatmul(w.floatCodes().map(codes -> codes.type().name()).orElse("decoded"));
    return Optional.of(
        w.encoding() instanceof Exl3Encoding
            ? new RotatedMatmul(new FloatMatmul(Encodings.F32.id()), new TrellisRows(), rows)
            : rows);
  }

  /**
   * The loops over values.
   *
   * @throws io.gatun.device.MissingFlagException in a JVM without the incubator module
   */
  public static RowLoops loops() {
    if (!LaunchFlags.haveVectorModule()) {
      throw LaunchFlags.vectorModuleIsMissing();
    }
    return new VectorLoops();
  }

  private static <X> Optional<MatmulKernel<X>> missing() {
    return Optional.of(
        (_, _, _, _) -> {
          throw LaunchFlags.vectorModuleIsMissing();
        });
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
