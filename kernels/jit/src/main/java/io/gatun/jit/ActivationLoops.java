package io.gatun.jit;

import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTPS2PD;
import static io.gatun.jit.Op.VDIVPS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VMAXPS;
import static io.gatun.jit.Op.VMINPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPANDN;
import static io.gatun.jit.Op.VPCMPGTD;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Op.VSUBPS;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;

/** Activation functions, and exponentials. */
final class ActivationLoops extends LoopEmitter {
  private static final int SIGN = 0x8000_0000;

  ActivationLoops(Assembler code) {
    super(code);
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
          positive();
          code.op(VMULPS, V1, V1, V1);
        });
  }

  /** {@code x = max(x, 0)}: x, ignored, count. */
  void relu() {
    single(this::positive);
  }

  /** {@code V1 = max(x, 0)}: of NaN NaN, of −0 0. */
  private void positive() {
    code.op(VPXOR, V1, V1, V1);
    code.op(VMAXPS, V2, V1, at(RDI));
    code.op(VADDPS, V1, V1, V2);
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

  /** {@code x = ln(1 + e^x)}, as the vectors' {@code Softplus} has it, step by step: x, count. */
  void softplus() {
    times(
        RSI,
        () -> {
          constant(V1, SIGN);
          code.op(VPOR, V1, V1, at(RDI));
          exponential();
          constant(V1, 2f);
          code.op(VADDPS, V1, V3, V1);
          code.op(VDIVPS, V3, V3, V1); // z
          code.op(VMULPS, V1, V3, V3);
          constant(V2, 1f / 15);
          for (int odd = 13; odd >= 3; odd -= 2) {
            constant(V4, 1f / odd);
            code.op(VFMADD231PS, V4, V2, V1);
            code.op(VMOVUPS, V2, V4);
          }
          code.op(VMULPS, V1, V1, V3);
          code.op(VFMADD231PS, V3, V2, V1);
          code.op(VADDPS, V3, V3, V3);
          constant(V1, 0f);
          code.op(VMAXPS, V1, V1, at(RDI));
          code.op(VADDPS, V3, V3, V1);
          code.store(at(RDI), V3);
          code.add(RDI, VECTOR);
        });
  }
}
