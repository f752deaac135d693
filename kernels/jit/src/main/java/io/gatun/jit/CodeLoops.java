package io.gatun.jit;

import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VCVTPS2DQ;
import static io.gatun.jit.Op.VDIVPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPACKSSDW;
import static io.gatun.jit.Op.VPACKSSWB;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPANDN;
import static io.gatun.jit.Op.VPBROADCASTW;
import static io.gatun.jit.Op.VPCMPGTD;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPERMQ;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPMAXSD;
import static io.gatun.jit.Op.VPMOVSXBD;
import static io.gatun.jit.Op.VPOR;
import static io.gatun.jit.Op.VPSHUFD;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** Codes: activations to codes of 8 bits, and what caches hold to floats. */
final class CodeLoops extends LoopEmitter {
  private static final int INFINITY = 0x7F80_0000;
  private static final int NAN = 0x7FC0_0000;
  /** Immediate of VPERMQ: quads 0, 2, 1, 3. */
  private static final int MIDDLE = 0xD8;

  CodeLoops(Assembler code) {
    super(code);
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
}
