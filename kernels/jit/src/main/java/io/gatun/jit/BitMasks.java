package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;

/** Bits to bytes. */
final class BitMasks {
  /** Bit j of byte j, for each eight bytes. */
  static final Literal EIGHT = Literal.halves(sixteen(j -> 1 << (j % 8)));

  private BitMasks() {}

  /** Sixteen numbers from their places. */
  @FunctionalInterface
  interface Places {
    int of(int place);
  }

  static byte[] sixteen(Places places) {
    var bytes = new byte[16];
    for (int j = 0; j < bytes.length; j++) {
      bytes[j] = (byte) places.of(j);
    }
    return bytes;
  }

  /**
   * Sixteen bits of each half of {@code source}, from byte {@code first} of it on, to bytes.
   *
   * @param ones what a byte becomes whose bit is set; others become 0
   */
  static void spread(Emitter emitter, Vec target, Vec source, int first, Literal ones) {
    emitter.code.op(Op.VPSHUFB, target, source, Literal.halves(sixteen(j -> first + j / 8)));
    emitter.code.op(Op.VPAND, target, target, emitter.constant(EIGHT));
    emitter.code.op(Op.VPCMPEQB, target, target, emitter.constant(EIGHT));
    emitter.code.op(Op.VPAND, target, target, emitter.constant(ones));
  }
}
