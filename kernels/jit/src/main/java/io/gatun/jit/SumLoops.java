package io.gatun.jit;

import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VADDSD;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTPS2PD;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VMAXPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPSHUFD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Op.VUNPCKHPD;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** Sums, and the largest of values. */
final class SumLoops extends LoopEmitter {
  SumLoops(Assembler code) {
    super(code);
  }

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
}
