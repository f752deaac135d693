package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Gp.RSP;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VADDSD;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VCVTPS2DQ;
import static io.gatun.jit.Op.VCVTPS2PD;
import static io.gatun.jit.Op.VDIVPS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VFMSUB231PS;
import static io.gatun.jit.Op.VFNMADD231PS;
import static io.gatun.jit.Op.VMAXPS;
import static io.gatun.jit.Op.VMINPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPACKSSDW;
import static io.gatun.jit.Op.VPACKSSWB;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPANDN;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPBROADCASTW;
import static io.gatun.jit.Op.VPCMPGTD;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPERMQ;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPMAXSD;
import static io.gatun.jit.Op.VPMOVSXBD;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Op.VPSHUFD;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Op.VSUBPS;
import static io.gatun.jit.Op.VUNPCKHPD;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.function.Consumer;

/**
 * Writes the loops over values, whose results {@link io.gatun.cpu.rows.RowLoops} defines. Arguments come as System V's calling
 * convention for x86-64 has them: a float in XMM0, up to six addresses, strides in bytes and counts in RDI, RSI, RDX, RCX, R8
 * and R9, two more on the stack; a result leaves in XMM0 as a double. Counts are of vectors of {@link #LANES} floats unless it
 * says otherwise, and at least 1.
 */
final class LoopEmitter {
  /** Floats of a vector. */
  static final int LANES = 8;

  private static final int VECTOR = LANES * Float.BYTES;

  /** What {@link #four}, {@link #one} have on the stack, behind the return address. */
  private static final Mem SEVENTH = Mem.at(RSP, 8);

  private static final Mem EIGHTH = Mem.at(RSP, 16);

  /** Below the stack, where a function that calls none may write. */
  private static final Mem SPARE = Mem.at(RSP, -8);

  private static final Vec V0 = ymm(0);
  private static final Vec V1 = ymm(1);
  private static final Vec V2 = ymm(2);
  private static final Vec V3 = ymm(3);
  private static final Vec V4 = ymm(4);
  private static final Vec V5 = ymm(5);
  private static final Vec V6 = ymm(6);

  private static final float LIMIT = 7;
  private static final int INFINITY = 0x7F80_0000;
  private static final int NAN = 0x7FC0_0000;
  private static final int MAGNITUDE = 0x7FFF_FFFF;

  /** Immediate of VPERM2I128: the halves change places. */
  private static final int SWAP_HALVES = 0x01;

  /** Immediate of VPERMQ: quads 0, 2, 1, 3. */
  private static final int MIDDLE = 0xD8;

  private final Assembler code = new Assembler();

  private LoopEmitter() {}

  static byte[] function(Consumer<LoopEmitter> body) {
    var emitter = new LoopEmitter();
    body.accept(emitter);
    emitter.code.vzeroupper();
    emitter.code.ret();
    return emitter.code.bytes();
  }

  private void constant(Vec target, float value) {
    constant(target, Float.floatToRawIntBits(value));
  }

  private void constant(Vec target, int bits) {
    code.op(VPBROADCASTD, target, Literal.of(bits));
  }

  /** A loop that a register counts down. */
  private void times(Gp count, Runnable body) {
    int start = code.here();
    body.run();
    code.dec(count);
    code.jump(Assembler.Condition.NOT_ZERO, start);
  }

  private static Mem at(Gp address) {
    return Mem.at(address, 0);
  }

  // ---- sums

  /** {@code Σ x²}: x, groups of 16. */
  void squares() {
    sums((sum, x) -> {
      code.op(VMOVUPS, V3, x);
      code.op(VFMADD231PS, sum, V3, V3);
    });
  }

  /** {@code Σ x}: x, groups of 16. */
  void sum() {
    sums((sum, x) -> code.op(VADDPS, sum, sum, x));
  }

  /** What a sum does with a vector. */
  private interface Step {
    void add(Vec sum, Mem x);
  }

  private void sums(Step step) {
    code.op(VPXOR, V1, V1, V1);
    code.op(VPXOR, V2, V2, V2);
    times(
        RSI,
        () -> {
          step.add(V1, at(RDI));
          step.add(V2, Mem.at(RDI, VECTOR));
          code.add(RDI, 2 * VECTOR);
        });
    foldHalves(V1);
    foldHalves(V2);
    code.op(VADDPS, V1.half(), V1.half(), V2.half());
    code.op(VCVTPS2PD, V1, V1.half());
    code.op(VUNPCKHPD, V2, V1, V1);
    code.op(VADDSD, V0.half(), V1.half(), V2.half());
    code.op(VPERM2I128, V1, V1, V1, SWAP_HALVES);
    code.op(VADDSD, V0.half(), V0.half(), V1.half());
    code.op(VUNPCKHPD, V1, V1, V1);
    code.op(VADDSD, V0.half(), V0.half(), V1.half());
  }

  /** Adds the upper half to the lower. */
  private void foldHalves(Vec sum) {
    code.op(VPERM2I128, V3, sum, sum, SWAP_HALVES);
    code.op(VADDPS, sum.half(), sum.half(), V3.half());
  }

  // ---- single values

  /** {@code x += y}: x, y, count. */
  void add() {
    single(
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VADDPS, V1, V1, at(RSI));
          code.add(RSI, VECTOR);
        });
  }

  /** {@code target = op(x, constant)}: the constant, x, target, count. */
  void withConstant(Op op) {
    code.op(VBROADCASTSS, V0, V0.half());
    times(
        RDX,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(op, V1, V1, V0);
          code.store(at(RSI), V1);
          code.add(RDI, VECTOR);
          code.add(RSI, VECTOR);
        });
  }

  /** {@code target = x · factor · gain}: the factor, x, gain, target, count. */
  void gain() {
    code.op(VBROADCASTSS, V0, V0.half());
    times(
        RCX,
        () -> {
          code.op(VMULPS, V1, V0, at(RDI));
          code.op(VMULPS, V1, V1, at(RSI));
          code.store(at(RDX), V1);
          code.add(RDI, VECTOR);
          code.add(RSI, VECTOR);
          code.add(RDX, VECTOR);
        });
  }

  /** {@code x = x · y}: x, y, count. */
  void multiply() {
    single(
        () -> {
          code.op(VMOVUPS, V1, at(RSI));
          code.op(VMULPS, V1, V1, at(RDI));
          code.add(RSI, VECTOR);
        });
  }

  /** {@code x = x · (min(max(y, −7), 7) + 1)}: x, y, count. */
  void multiplyClamped() {
    single(
        () -> {
          constant(V1, -LIMIT);
          code.op(VMAXPS, V1, V1, at(RSI));
          constant(V2, LIMIT);
          code.op(VMINPS, V1, V2, V1);
          constant(V2, 1f);
          code.op(VADDPS, V1, V1, V2);
          code.op(VMULPS, V1, V1, at(RDI));
          code.add(RSI, VECTOR);
        });
  }

  /** {@code x = x / (1 + e^−x) · y}: x, y, count. */
  void siluGate() {
    single(
        () -> {
          code.op(VMOVUPS, V6, at(RDI));
          logistic(-1f);
          code.op(VMULPS, V1, V1, at(RSI));
          code.add(RSI, VECTOR);
        });
  }

  /** {@code x = x / (1 + e^−x)}: x, ignored, count. */
  void silu() {
    single(
        () -> {
          code.op(VMOVUPS, V6, at(RDI));
          logistic(-1f);
        });
  }

  /** The same of the lesser of x and 7, with a slope of 1.702. */
  void siluClamped() {
    single(
        () -> {
          constant(V6, LIMIT);
          code.op(VMINPS, V6, V6, at(RDI));
          logistic(-1.702f);
        });
  }

  /** {@code x = x / (1 + e^(−2 √(2/π) (x + 0.044715 x³)))}: x, ignored, count. */
  void gelu() {
    single(
        () -> {
          code.op(VMOVUPS, V6, at(RDI));
          code.op(VMULPS, V1, V6, V6);
          code.op(VMULPS, V1, V1, V6);
          times(V1, 0.044715f);
          code.op(VADDPS, V1, V1, V6);
          times(V1, -(float) (2 * Math.sqrt(2 / Math.PI)));
          quotient();
        });
  }

  /** {@code x = 1 / (1 + e^−x)}: x, ignored, count. */
  void sigmoid() {
    single(
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          times(V1, -1f);
          constant(V6, 1f);
          quotient();
        });
  }

  /** {@code x = max(x, 0)²}: x, ignored, count. */
  void reluSquared() {
    single(
        () -> {
          code.op(VPXOR, V1, V1, V1);
          code.op(VMAXPS, V1, V1, at(RDI));
          code.op(VMULPS, V1, V1, V1);
        });
  }

  /** A loop that changes values one by one; the body leaves a vector of results in V1. */
  private void single(Runnable body) {
    times(
        RDX,
        () -> {
          body.run();
          code.store(at(RDI), V1);
          code.add(RDI, VECTOR);
        });
  }

  private void times(Vec x, float factor) {
    constant(V4, factor);
    code.op(VMULPS, x, x, V4);
  }

  /** {@code V1 = V6 / (1 + e^(slope · V6))}. */
  private void logistic(float slope) {
    constant(V1, slope);
    code.op(VMULPS, V1, V1, V6);
    quotient();
  }

  /** {@code V1 = V6 / (1 + e^V1)}. */
  private void quotient() {
    exponential();
    constant(V1, 1f);
    code.op(VADDPS, V3, V3, V1);
    code.op(VDIVPS, V1, V6, V3);
  }

  /**
   * {@code x = cap · tanh(x / cap)}, as the vectors' {@code HyperbolicTangent} has it, step by step: the cap, x, ignored, count.
   */
  void softcap() {
    Vec cap = ymm(7);
    Vec near = ymm(8);
    Vec square = ymm(9);
    Vec x = ymm(10);
    code.op(VBROADCASTSS, cap, V0.half());
    single(
        () -> {
          code.op(VMOVUPS, x, at(RDI));
          code.op(VDIVPS, x, x, cap);
          code.op(VMULPS, square, x, x);
          constant(near, (float) (-1382.0 / 155925));
          for (double c : new double[] {62.0 / 2835, -17.0 / 315, 2.0 / 15, -1.0 / 3}) {
            constant(V1, (float) c);
            code.op(VFMADD231PS, V1, near, square);
            code.op(VMOVUPS, near, V1);
          }
          code.op(VMULPS, V1, near, square);
          code.op(VMOVUPS, near, x);
          code.op(VFMADD231PS, near, V1, x);
          code.op(VADDPS, V1, x, x);
          constant(V6, 2f);
          quotient();
          constant(V2, 1f);
          code.op(VSUBPS, V1, V2, V1); // far
          constant(V2, MAGNITUDE);
          code.op(VPAND, V2, V2, x);
          constant(V3, 0.25f);
          code.op(VPCMPGTD, V2, V3, V2); // integers are in the order of floats from 0 on, NaN behind them
          code.op(VPAND, near, near, V2);
          code.op(VPANDN, V1, V2, V1);
          code.op(VPOR, V1, V1, near);
          code.op(VMULPS, V1, V1, cap);
        });
  }

  /** {@code x = x − slope · |i − distance|}: the slope, x, distance, count. */
  void slope() {
    Vec away = ymm(7);
    code.op(VBROADCASTSS, V0, V0.half());
    code.mov(SPARE, RSI);
    code.op(VPBROADCASTD, V1, SPARE);
    code.op(VMOVUPS, away, Literal.numbers(LANES));
    code.op(VPSUBD, away, away, V1);
    constant(V3, MAGNITUDE);
    constant(V4, LANES);
    single(
        () -> {
          code.op(VCVTDQ2PS, V2, away);
          code.op(VPAND, V2, V2, V3);
          code.op(VMULPS, V2, V2, V0);
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VSUBPS, V1, V1, V2);
          code.op(VPADDD, away, away, V4);
        });
  }

  /** {@code e^x}: x. */
  void exponentialOfOne() {
    code.op(VBROADCASTSS, V1, V0.half());
    exponential();
    code.op(VCVTPS2PD, V0, V3.half());
  }

  /** {@code x = e^(x − max)}: the maximum, x, count. */
  void exponentials() {
    code.op(VBROADCASTSS, V6, V0.half());
    times(
        RSI,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VSUBPS, V1, V1, V6);
          exponential();
          code.store(at(RDI), V3);
          code.add(RDI, VECTOR);
        });
  }

  /** {@code V3 = e^V1}, as the vectors' {@code Exponential} has it, step by step; uses V1 to V5. */
  private void exponential() {
    constant(V4, -104f); // below it: 0
    code.op(VMAXPS, V1, V4, V1); // NaN, as the second operand, stays NaN
    constant(V4, 89f); // above it: infinity
    code.op(VMINPS, V1, V4, V1);
    constant(V2, 0x1.8p+23f); // adding it rounds to integers
    constant(V4, 0x1.715476p+0f); // log₂ e
    code.op(VFMADD231PS, V2, V1, V4);
    constant(V4, 0x1.8p+23f);
    code.op(VSUBPS, V5, V2, V4); // n
    code.op(VMOVUPS, V3, V1);
    constant(V4, 0x1.62e430p-1f); // ln 2 in two parts
    code.op(VFNMADD231PS, V3, V5, V4);
    constant(V4, -0x1.05c610p-29f);
    code.op(VFNMADD231PS, V3, V5, V4); // r
    constant(V1, 0x1.123a20p-7f);
    constant(V4, 0x1.6a23cep-10f);
    code.op(VFMADD231PS, V1, V3, V4);
    constant(V4, 0x1.5558f2p-5f);
    code.op(VFMADD231PS, V4, V1, V3);
    constant(V1, 0x1.555492p-3f);
    code.op(VFMADD231PS, V1, V4, V3);
    constant(V4, 0x1.fffffcp-2f);
    code.op(VFMADD231PS, V4, V1, V3);
    code.op(VMULPS, V1, V3, V3);
    code.op(VFMADD231PS, V3, V4, V1);
    constant(V4, 1f);
    code.op(VADDPS, V3, V3, V4); // e^r
    constant(V4, 0x4B40_0000);
    code.op(VPSUBD, V2, V2, V4); // n as an integer
    code.shift(Shift.VPSRAD, V1, V2, 1);
    code.op(VPSUBD, V2, V2, V1); // n in two parts, each the exponent of a normal float
    constant(V4, 127);
    power(V2);
    power(V1);
    code.op(VMULPS, V3, V3, V2);
    code.op(VMULPS, V3, V3, V1);
  }

  /** {@code 2^n}, with the exponent's bias in V4. */
  private void power(Vec n) {
    code.op(VPADDD, n, n, V4);
    code.shift(Shift.VPSLLD, n, n, 23);
  }

  /** The largest of a float and the values, NaN left out: the float, x, count. */
  void largest() {
    code.op(VBROADCASTSS, V0, V0.half());
    times(
        RSI,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VMAXPS, V0, V1, V0); // the second operand where one is NaN
          code.add(RDI, VECTOR);
        });
    code.op(VPERM2I128, V1, V0, V0, SWAP_HALVES);
    code.op(VMAXPS, V0, V1, V0);
    code.op(VPSHUFD, V1, V0, 0x4E);
    code.op(VMAXPS, V0, V1, V0);
    code.op(VPSHUFD, V1, V0, 0xB1);
    code.op(VMAXPS, V0, V1, V0);
    code.op(VCVTPS2PD, V0, V0.half());
  }

  /** Halves to floats: halves, target, count. */
  void halves() {
    times(
        RDX,
        () -> {
          code.op(VCVTPH2PS, V1, at(RDI));
          code.store(at(RSI), V1);
          code.add(RDI, VECTOR / 2);
          code.add(RSI, VECTOR);
        });
  }

  /** Codes [count][16], 16 scales, target, count of sixteens. */
  void decodeKeys() {
    code.op(VCVTPH2PS, V1, at(RSI));
    code.op(VCVTPH2PS, V2, Mem.at(RSI, VECTOR / 2));
    times(
        RCX,
        () -> {
          decode(0, V1);
          decode(1, V2);
          code.add(RDI, 2 * LANES);
          code.add(RDX, 2 * VECTOR);
        });
  }

  /** Codes, a scale for each 32, target, count of 32. */
  void decodeValue() {
    times(
        RCX,
        () -> {
          code.op(VPBROADCASTW, V1.half(), at(RSI));
          code.op(VCVTPH2PS, V1, V1.half());
          for (int vector = 0; vector < 4; vector++) {
            decode(vector, V1);
          }
          code.add(RDI, 4 * LANES);
          code.add(RSI, Short.BYTES);
          code.add(RDX, 4 * VECTOR);
        });
  }

  /** A vector of codes at RDI, times their scales, to RDX. */
  private void decode(int vector, Vec scales) {
    code.op(VPMOVSXBD, V3, Mem.at(RDI, vector * LANES));
    code.op(VCVTDQ2PS, V3, V3);
    code.op(VMULPS, V3, V3, scales);
    code.store(Mem.at(RDX, vector * VECTOR), V3);
  }

  // ---- rotation

  /** First values of pairs, second values, cosines, sines, count. */
  void rotateHalves() {
    times(
        R8,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VMOVUPS, V2, at(RSI));
          code.op(VMOVUPS, V3, at(RDX));
          code.op(VMOVUPS, V4, at(RCX));
          code.op(VMULPS, V5, V2, V4);
          code.op(VFMSUB231PS, V5, V1, V3);
          code.op(VMULPS, V6, V1, V4);
          code.op(VFMADD231PS, V6, V2, V3);
          code.store(at(RDI), V5);
          code.store(at(RSI), V6);
          for (Gp address : new Gp[] {RDI, RSI, RDX, RCX}) {
            code.add(address, VECTOR);
          }
        });
  }

  /** Values, cosines, sines with signs, count. */
  void rotateAdjacent() {
    times(
        RCX,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VPSHUFD, V2, V1, 0xB1);
          code.op(VMULPS, V2, V2, at(RDX));
          code.op(VFMADD231PS, V2, V1, at(RSI));
          code.store(at(RDI), V2);
          code.add(RDI, VECTOR);
          code.add(RSI, VECTOR);
          code.add(RDX, VECTOR);
        });
  }

  // ---- quantization

  /** Values, runs of 32, codes, scales, sums. */
  void quantize() {
    Vec magnitude = ymm(15);
    Vec limit = ymm(14);
    Vec infinity = ymm(13);
    Vec nan = ymm(12);
    constant(magnitude, MAGNITUDE);
    constant(limit, 127f);
    constant(infinity, INFINITY);
    constant(nan, NAN);
    times(
        RSI,
        () -> {
          Vec max = V4;
          Vec inverse = V5;
          Vec scale = V6;
          Vec finite = ymm(7);
          Vec free = ymm(8);
          Vec[] values = {V0, V1, V2, V3};
          for (int i = 0; i < values.length; i++) {
            code.op(VMOVUPS, values[i], Mem.at(RDI, i * VECTOR));
            code.op(VPAND, i == 0 ? max : free, values[i], magnitude);
            if (i > 0) {
              code.op(VPMAXSD, max, max, free);
            }
          }
          code.op(VPERM2I128, free, max, max, SWAP_HALVES);
          code.op(VPMAXSD, max, max, free);
          code.op(VPSHUFD, free, max, 0x4E);
          code.op(VPMAXSD, max, max, free);
          code.op(VPSHUFD, free, max, 0xB1);
          code.op(VPMAXSD, max, max, free);
          code.op(VDIVPS, inverse, limit, max);
          code.op(VDIVPS, scale, max, limit);
          code.op(VPCMPGTD, finite, infinity, max);
          code.op(VPAND, scale, scale, finite);
          code.op(VPANDN, free, finite, nan);
          code.op(VPOR, scale, scale, free);
          code.storeLow(at(RCX), scale);
          code.op(VPCMPGTD, free, infinity, inverse); // zeros for what is too small for an inverse
          code.op(VPAND, inverse, inverse, free);
          for (Vec value : values) {
            code.op(VMULPS, value, value, inverse);
            code.op(VCVTPS2DQ, value, value);
            code.op(VPAND, value, value, finite);
          }
          code.op(VPADDD, free, V0, V1);
          code.op(VPADDD, max, V2, V3);
          code.op(VPHADDD, free, free, max);
          code.op(VPHADDD, free, free, free);
          code.op(VPERM2I128, max, free, free, SWAP_HALVES);
          code.op(VPADDD, free, free, max);
          code.op(VPACKSSDW, free, free, free);
          code.storeLow(at(R8), free);
          code.op(VPACKSSDW, V0, V0, V1);
          code.op(VPERMQ, V0, V0, MIDDLE);
          code.op(VPACKSSDW, V2, V2, V3);
          code.op(VPERMQ, V2, V2, MIDDLE);
          code.op(VPACKSSWB, V0, V0, V2);
          code.op(VPERMQ, V0, V0, MIDDLE);
          code.store(at(RDX), V0);
          code.add(RDI, values.length * VECTOR);
          code.add(RDX, VECTOR);
          code.add(RCX, Float.BYTES);
          code.add(R8, Integer.BYTES);
        });
  }

  // ---- attention

  /** Factors, bytes to the next query's, vectors, step, second, factors' count; results, bytes to the next query's. */
  void four() {
    Vec m0 = ymm(8);
    Vec m1 = ymm(9);
    Vec factor = ymm(10);
    results(false);
    code.lea(R10, Mem.at(RSI, RSI, 2, 0));
    Mem[] factors = {at(RDI), Mem.at(RDI, RSI, 1, 0), Mem.at(RDI, RSI, 2, 0), Mem.at(RDI, R10, 1, 0)};
    times(
        R9,
        () -> {
          code.op(VMOVUPS, m0, at(RDX));
          code.op(VMOVUPS, m1, Mem.at(RDX, R8, 1, 0));
          for (int query = 0; query < factors.length; query++) {
            code.op(VBROADCASTSS, factor, factors[query]);
            code.op(VFMADD231PS, ymm(2 * query), m0, factor);
            code.op(VFMADD231PS, ymm(2 * query + 1), m1, factor);
          }
          code.add(RDI, Float.BYTES);
          code.add(RDX, RCX);
        });
    results(true);
  }

  /** Loads or stores the eight sums of {@link #four}. */
  private void results(boolean store) {
    code.mov(RAX, SEVENTH);
    code.mov(R10, EIGHTH);
    code.lea(R11, Mem.at(R10, R10, 2, 0));
    for (int sum = 0; sum < 8; sum++) {
      int offset = sum % 2 * VECTOR;
      Mem result =
          switch (sum / 2) {
            case 0 -> Mem.at(RAX, offset);
            case 1 -> Mem.at(RAX, R10, 1, offset);
            case 2 -> Mem.at(RAX, R10, 2, offset);
            default -> Mem.at(RAX, R11, 1, offset);
          };
      if (store) {
        code.store(result, ymm(sum));
      } else {
        code.op(VMOVUPS, ymm(sum), result);
      }
    }
  }

  /** Factors, vectors, step, second, third, fourth; factors' count, results. */
  void one() {
    code.mov(R10, SEVENTH);
    code.mov(RAX, EIGHTH);
    tile(RDX, R10, RAX, at(RSI), Mem.at(RSI, RCX, 1, 0), Mem.at(RSI, R8, 1, 0), Mem.at(RSI, R9, 1, 0));
  }

  /** Factors, vectors, step, second, factors' count, results. */
  void pair() {
    tile(RDX, R8, R9, at(RSI), Mem.at(RSI, RCX, 1, 0));
  }

  private void tile(Gp step, Gp count, Gp results, Mem... vectors) {
    Vec factor = ymm(vectors.length);
    for (int i = 0; i < vectors.length; i++) {
      code.op(VMOVUPS, ymm(i), Mem.at(results, i * VECTOR));
    }
    times(
        count,
        () -> {
          code.op(VBROADCASTSS, factor, at(RDI));
          for (int i = 0; i < vectors.length; i++) {
            code.op(VFMADD231PS, ymm(i), factor, vectors[i]);
          }
          code.add(RDI, Float.BYTES);
          code.add(RSI, step);
        });
    for (int i = 0; i < vectors.length; i++) {
      code.store(Mem.at(results, i * VECTOR), ymm(i));
    }
  }
}
