package io.gatun.jit;

import io.gatun.cpu.KernelTier;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.cpu.rows.RowLoops;
import io.gatun.device.ByteDots;
import io.gatun.device.DeviceException;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.KernelCap;
import io.gatun.device.MatmulKernel;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RowKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.FloatCodes;
import io.gatun.tensors.QuantizedEncoding;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Kernels in machine code that is assembled when a kernel is first used, for Linux on x86-64. There is a tier for each
 * form in which the code is written, and {@code -Dgatun.jit.isa=avx2|avxvnni|avx512|avx512bf16} names the strongest that may be
 * used; this one is for AVX2. Stateless and thread-safe.
 */
public sealed class JitTier implements KernelTier {
  /** The kernels that were asked for, whose code is assembled when they are first used. */
  private static final Map<Form<QuantizedEncoding>, JitMatmul> PRODUCTS = new ConcurrentHashMap<>();

  private static final Map<Form<PlaneForm>, JitPlanes> PLANES = new ConcurrentHashMap<>();

  private static final Map<Form<SortedForm>, JitSorted> SORTED = new ConcurrentHashMap<>();

  private static final Map<Form<RowForm>, JitRows> ROWS = new ConcurrentHashMap<>();

  private static final Map<Form<Encoding>, JitFloatMatmul> FLOAT_PRODUCTS = new ConcurrentHashMap<>();

  private static final Map<Encoding, JitFloatMatmul> BF16_PRODUCTS = new ConcurrentHashMap<>();

  /** Something to execute, to find out whether that is allowed: a return. */
  private static final byte[] SOME_CODE = {(byte) 0xC3};

  private final Isa isa;

  /** What kernels are for: an encoding, or matrices in planes that are alike. */
  private record Form<W>(Isa isa, W weights) {}

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

  /** Products of floats that are rounded to bf16, by AVX512_BF16, and nothing else. */
  public static final class Avx512Bf16 extends JitTier {

    /** Found by {@link java.util.ServiceLoader}. */
    public Avx512Bf16() {
      super(Isa.AVX512BF16);
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
  @SuppressWarnings("EnumOrdinal") // declared weakest first
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
    return isa.obstacle(hardware);
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
    return isa == Isa.AVX512BF16
        ? Optional.empty()
        : Optional.ofNullable(PRODUCTS.computeIfAbsent(new Form<>(isa, encoding), JitTier::product));
  }

  @Override
  public final Optional<MatmulKernel<QuantizedRows>> q8OfPlanes(HostMatrix w) {
    return isa == Isa.AVX512BF16
        ? Optional.empty()
        : PlaneForm.of(w)
            .<MatmulKernel<QuantizedRows>>map(plane -> of(PLANES, plane, JitPlanes::new))
            .or(() -> SortedForm.of(w).map(sorted -> of(SORTED, sorted, JitSorted::new)))
            .or(() -> RowForm.of(w).map(rows -> of(ROWS, rows, JitRows::new)));
  }

  /** The kernel for weights, made when it is first asked for. */
  private <W, K> K of(Map<Form<W>, K> kernels, W weights, BiFunction<W, Isa, K> maker) {
    return kernels.computeIfAbsent(new Form<>(isa, weights), form -> maker.apply(form.weights, form.isa));
  }

  /** AVX-VNNI has nothing for floats that AVX2 lacks. */
  @Override
  public final Optional<MatmulKernel<HostBuffer>> floatMatmul(Encoding encoding) {
    return isa == Isa.AVXVNNI || isa == Isa.AVX512BF16
        ? Optional.empty()
        : Optional.ofNullable(FLOAT_PRODUCTS.computeIfAbsent(new Form<>(isa, encoding), JitTier::floatProduct));
  }

  @Override
  public final Optional<MatmulKernel<HostBuffer>> bf16Matmul(Encoding encoding) {
    return isa == Isa.AVX512BF16
        ? Optional.ofNullable(BF16_PRODUCTS.computeIfAbsent(encoding, JitTier::bf16Product))
        : Optional.empty();
  }

  /** All forms have those of AVX2. */
  @Override
  public final Optional<ByteDots> byteDots() {
    return isa == Isa.AVX2 ? Optional.of(JitByteDots.INSTANCE) : Optional.empty();
  }

  /** All forms have those of AVX2. */
  @Override
  public final Optional<MatmulKernel<HostBuffer>> floatOfPlanes(HostMatrix w) {
    return isa == Isa.AVX2 ? Optional.of(FloatPlanes.of(w)) : Optional.empty();
  }

  /** All forms have those of AVX2. */
  @Override
  public final Optional<RowKernels> rowKernels() {
    return isa == Isa.AVX2 ? Optional.of(new LoopedRows(loops())) : Optional.empty();
  }

  /** The loops over values. */
  static RowLoops loops() {
    return Loops.OF;
  }

  private static @Nullable JitMatmul product(Form<QuantizedEncoding> form) {
    Supplier<BlockCode> block = block(form.weights);
    return block == null ? null : new JitMatmul(block, form.isa);
  }

  private static @Nullable JitFloatMatmul floatProduct(Form<Encoding> form) {
    return switch (form.weights.id()) {
      case "f32" -> new JitFloatMatmul(FloatFormat.F32, form.isa);
      case "f16" -> new JitFloatMatmul(FloatFormat.F16, form.isa);
      case "bf16" -> new JitFloatMatmul(FloatFormat.BF16, form.isa);
      default -> null;
    };
  }

  private static @Nullable JitFloatMatmul bf16Product(Encoding encoding) {
    return switch (encoding.id()) {
      case "f16" -> JitFloatMatmul.rounding(FloatFormat.F16, Isa.AVX512BF16);
      case "bf16" -> JitFloatMatmul.rounding(FloatFormat.BF16, Isa.AVX512BF16);
      default -> null;
    };
  }

  /**
   * How blocks of an encoding are taken apart, made when it is first used, because some read tables of thousands of points; null if
   * there is no code for it.
   */
  static @Nullable Supplier<BlockCode> block(QuantizedEncoding encoding) {
    return switch (encoding.id()) {
      case "q1_0" -> BlockQ1_0::new;
      case "q2_0" -> BlockQ2_0::new;
      case "q4_0" -> BlockQ4_0::new;
      case "q4_1" -> BlockQ4_1::new;
      case "q5_0" -> FiveBitBlock::q5_0;
      case "q5_1" -> FiveBitBlock::q5_1;
      case "q8_0" -> BlockQ8_0::new;
      case "q2_k" -> BlockQ2_K::new;
      case "q3_k" -> BlockQ3_K::new;
      case "q4_k" -> BlockQ4_K::new;
      case "q5_k" -> BlockQ5_K::new;
      case "q6_k" -> BlockQ6_K::new;
      case "iq1_s" -> BlockIQ1_S::new;
      case "iq1_m" -> BlockIQ1_M::new;
      case "iq2_xxs" -> BlockIQ2_XXS::new;
      case "iq2_xs" -> BlockIQ2_XS::new;
      case "iq2_s" -> BlockIQ2_S::new;
      case "iq3_xxs" -> BlockIQ3_XXS::new;
      case "iq3_s" -> BlockIQ3_S::new;
      case "iq4_nl" -> BlockIQ4_NL::new;
      case "iq4_xs" -> BlockIQ4_XS::new;
      case "tq1_0" -> BlockTQ1_0::new;
      case "tq2_0" -> BlockTQ2_0::new;
      case "mxfp4" -> BlockMXFP4::new;
      case "nvfp4" -> BlockNVFP4::new;
      default -> null;
    };
  }

  /** The kernels for matrices in planes and float activations. */
  private static final class FloatPlanes {
    private static final Map<FloatCodes.Type, JitFloatPlanes> CODED = new EnumMap<>(FloatCodes.Type.class);
    private static final JitFloatPlanes DECODED = new JitFloatPlanes(Optional.empty());
    private static final Map<TrellisCode, JitTrellis> TRELLISES = new ConcurrentHashMap<>();

    static {
      for (FloatCodes.Type type : FloatCodes.Type.values()) {
        CODED.put(type, new JitFloatPlanes(Optional.of(FloatCode.of(type))));
      }
    }

    private FloatPlanes() {}

    static MatmulKernel<HostBuffer> of(HostMatrix w) {
      return w.encoding() instanceof Exl3Encoding exl3 && w.planes().getFirst().isNative()
          ? TRELLISES.computeIfAbsent(JitTrellis.format(exl3), format -> new JitTrellis(format, DECODED))
          : w.floatCodes()
              .filter(codes -> JitFloatPlanes.reads(w, codes))
              .map(codes -> Objects.requireNonNull(CODED.get(codes.type())))
              .orElse(DECODED);
    }
  }

  /** The loops, assembled when they are first asked for. */
  private static final class Loops {
    static final RowLoops OF = new JitLoops(new CodeArena(JitLoops.code()).functions());

    private Loops() {}
  }
}
