package io.gatun.jit;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ2_S: eight low bits of a point, eight signs, two high bits, each in bytes of their own. */
final class BlockIQ2_S extends SignedGridBlock {
  private static final int LOW = 2;
  private static final int SIGNS = 34;
  private static final int HIGH = 66;
  private static final int SCALES = 74;
  private static final int LARGEST = 43;
  private static final Literal SELECT = words(j -> byteAlone(j / 4));
  private static final Literal POWERS = words(j -> 1 << (8 - 2 * (j % 4)));

  BlockIQ2_S() {
    super(
        Shape.of(Encodings.IQ2_S, 2 * LARGEST).centered(LARGEST),
        GridPoints.of(Encodings.IQ2_S, 8, 1024, 0, BlockIQ2_S::put));
  }

  private static void put(byte[] block, int point) {
    block[LOW] = (byte) point;
    block[HIGH] = (byte) (point >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 8, 2 + group / 8, group % 8 * 4, 15);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  @Override
  void numbers(Emitter emitter) {
    for (int row = 0; row < Emitter.ROWS; row++) {
      for (int i = 0; i < 2; i++) {
        Vec high = highBits(emitter, Op.VPBROADCASTD, emitter.row(row, HIGH + 4 * i), SELECT, POWERS, 3 << 8);
        keepNumbers(emitter, row, i, high, LOW);
      }
    }
  }

  @Override
  void signs(Emitter emitter, Vec target, int i, int half) {
    emitter.pair(target, i, SIGNS + Shape.SLICE * half);
  }
}
