package io.gatun.jit;

import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Gp.RSP;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VMAXPS;
import static io.gatun.jit.Op.VMINPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VSUBPS;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** Arithmetic on single values. */
final class ValueLoops extends LoopEmitter {
  /** Below the stack, where a function that calls none may write. */
  private static final Mem SPARE = Mem.at(RSP, -8);

  ValueLoops(Assembler code) {
    super(code);
  }

  /** {@code x += y}: x, y, count. */
  void add() {
    single(
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VADDPS, V1, V1, at(RSI));
          code.add(RSI, VECTOR);
        });
  }

  /** {@code target += x · y}: x, y, target, count. */
  void multiplyAdd() {
    times(
        RCX,
        () -> {
          code.op(VMOVUPS, V1, at(RDI));
          code.op(VMOVUPS, V2, at(RDX));
          code.op(VFMADD231PS, V2, V1, at(RSI));
          code.store(at(RDX), V2);
          code.add(RDI, VECTOR);
          code.add(RSI, VECTOR);
          code.add(RDX, VECTOR);
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
}
