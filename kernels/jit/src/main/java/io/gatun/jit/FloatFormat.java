package io.gatun.jit;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** How weights that are not quantized are loaded, a vector at a time, and multiplied. */
enum FloatFormat {
  F32(Float.BYTES, Float.BYTES, Op.VFMADD231PS) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VMOVUPS, target, source);
    }
  },
  F16(Short.BYTES, Float.BYTES, Op.VFMADD231PS) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VCVTPH2PS, target, source);
    }
  },
  BF16(Short.BYTES, Float.BYTES, Op.VFMADD231PS) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VPMOVZXWD, target, source);
      code.shift(Shift.VPSLLD, target, target, Short.SIZE);
    }
  },

  /** Two columns to a lane, as they are, for activations of the same kind; needs AVX512_BF16. */
  BF16_PAIRS(Short.BYTES, Short.BYTES, Op.VDPBF16PS) {
    @Override
    void load(Assembler code, Vec target, Mem source) {
      code.op(Op.VMOVUPS, target, source);
    }
  };

  /** Bytes of a weight. */
  final int bytes;

  /** Bytes of an activation. */
  final int xBytes;

  /** Adds the products of a vector of weights and one of activations to one of sums. */
  final Op product;

  FloatFormat(int bytes, int xBytes, Op product) {
    this.bytes = bytes;
    this.xBytes = xBytes;
    this.product = product;
  }

  /** Columns of a vector. */
  int columns(Isa isa) {
    return isa.bytes() / xBytes;
  }

  abstract void load(Assembler code, Vec target, Mem source);
}
