package io.gatun.jit;

import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Gp.RSP;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VFNMADD231PS;
import static io.gatun.jit.Op.VMAXPS;
import static io.gatun.jit.Op.VMINPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VSUBPS;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * What the functions of {@link Loop} have in common. Arguments come as System V's calling convention for x86-64 has them: a float
 * in XMM0, up to six addresses, strides in bytes and counts in RDI, RSI, RDX, RCX, R8 and R9, two more on the stack; a result
 * leaves in XMM0 as a double. Counts are of vectors of {@link #LANES} floats unless a function says otherwise, and at least 1.
 */
abstract class LoopEmitter {
  /** Floats of a vector. */
  static final int LANES = 8;

  static final int VECTOR = LANES * Float.BYTES;

  /** The seventh and the eighth argument, behind the return address. */
  static final Mem SEVENTH = Mem.at(RSP, 8);

  static final Mem EIGHTH = Mem.at(RSP, 16);

  static final Vec V0 = ymm(0);
  static final Vec V1 = ymm(1);
  static final Vec V2 = ymm(2);
  static final Vec V3 = ymm(3);
  static final Vec V4 = ymm(4);
  static final Vec V5 = ymm(5);
  static final Vec V6 = ymm(6);

  static final float LIMIT = 7;
  static final int MAGNITUDE = 0x7FFF_FFFF;

  /** Immediate of VPERM2I128: the halves change places. */
  static final int SWAP_HALVES = 0x01;

  final Assembler code;

  LoopEmitter(Assembler code) {
    this.code = code;
  }

  void constant(Vec target, float value) {
    constant(target, Float.floatToRawIntBits(value));
  }

  void constant(Vec target, int bits) {
    code.op(VPBROADCASTD, target, Literal.of(bits));
  }

  /** A loop that a register counts down. */
  void times(Gp count, Runnable body) {
    int start = code.here();
    body.run();
    code.dec(count);
    code.jump(Assembler.Condition.NOT_ZERO, start);
  }

  static Mem at(Gp address) {
    return Mem.at(address, 0);
  }

  /** A loop that changes values one by one; the body leaves a vector of results in V1. */
  void single(Runnable body) {
    times(
        RDX,
        () -> {
          body.run();
          code.store(at(RDI), V1);
          code.add(RDI, VECTOR);
        });
  }

  /** {@code V3 = e^V1}, as the vectors' {@code Exponential} has it, step by step; uses V1 to V5. */
  void exponential() {
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
}
