package io.gatun.jit;

import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VFMSUB231PS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPSHUFD;


/** Rotations by positions. */
final class RotationLoops extends LoopEmitter {
  RotationLoops(Assembler code) {
    super(code);
  }

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
}
