package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ3_S: eight low bits of a point of four values, one high bit, eight signs, each in bytes of their own. */
final class BlockIQ3_S extends SignedGridBlock {
  private static final int LOW = 2;
  private static final int HIGH = 66;
  private static final int SIGNS = 74;
  private static final int SCALES = 106;
  private static final int LARGEST = 15;
  private static final Literal SELECT = words(j -> byteAlone(j / 8));
  private static final Literal POWERS = words(j -> 1 << (8 - j % 8));

  BlockIQ3_S() {
    super(
        Shape.of(Encodings.IQ3_S, 2 * LARGEST).centered(LARGEST),
        GridPoints.of(Encodings.IQ3_S, 4, 512, 0, BlockIQ3_S::put));
  }

  private static void put(byte[] block, int point) {
    block[LOW] = (byte) point;
    block[HIGH] = (byte) (point >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 12, 3, group * 4, 15);
  }

  @Override
  float unit() {
    return 1;
  }

  @Override
  void numbers(Emitter emitter) {
    for (int row = 0; row < Emitter.ROWS; row++) {
      for (int i = 0; i < 4; i++) {
        Vec high = highBits(emitter, Op.VPBROADCASTD, emitter.row(row, HIGH + 2 * i), SELECT, POWERS, 1 << 8);
        keepNumbers(emitter, row, i, high, LOW);
      }
    }
  }

  @Override
  void signs(Emitter emitter, Vec target, int i, int half) {
    emitter.pair(target, i, SIGNS + Shape.SLICE * half);
  }
}
