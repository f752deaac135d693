package io.gatun.jit;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** How weights that are not quantized become floats, a vector at a time. */
enum FloatFormat {
  F32(Float.BYTES) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VMOVUPS, target, source);
    }
  },
  F16(Short.BYTES) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VCVTPH2PS, target, source);
    }
  },
  BF16(Short.BYTES) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VPMOVZXWD, target, source);
      code.shift(Shift.VPSLLD, target, target, Short.SIZE);
    }
  };

  final int bytes;

  FloatFormat(int bytes) {
    this.bytes = bytes;
  }

  abstract void load(Assembler code, Vec target, Mem source);
}
