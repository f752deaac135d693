package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/**
 * IQ1_S: eight low bits of a point; 16 bits for 32 values, three high bits each, the scale and the shift, which here is a bit
 * of a point's number: the lowest eight, the shift, the high three.
 */
final class BlockIQ1_S extends GridBlock {
  private static final int LOW = 2;
  private static final int HIGH = 34;
  private static final int POINTS = 4096;
  private static final int CENTER = 9;
  private static final Literal SELECT = words(j -> j % 8 / 4 * 2 + j / 8 * 4 | (j % 8 / 4 * 2 + j / 8 * 4 + 1) << 8);
  private static final Literal POWERS = words(j -> 1 << (9 - 3 * (j % 4)));

  BlockIQ1_S() {
    super(
        Shape.of(Encodings.IQ1_S, 2 * CENTER).centered(CENTER),
        GridPoints.of(Encodings.IQ1_S, 8, POINTS, CENTER, BlockIQ1_S::put));
  }

  private static void put(byte[] block, int number) {
    block[LOW] = (byte) number;
    block[HIGH] = (byte) (number >> 9);
    block[HIGH + 1] = (byte) (number >> 1 & 0x80);
  }

  @Override
  Field scale(int group) {
    return new Field(HIGH, group / 2, group % 2 * 16 + 12, 7);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  @Override
  void prepareBlock(Emitter emitter) {
    Vec shift = ymm(5);
    for (int row = 0; row < Emitter.ROWS; row++) {
      for (int i = 0; i < 2; i++) {
        Vec high = highBits(emitter, Op.VPBROADCASTQ, emitter.row(row, HIGH + 8 * i), SELECT, POWERS, 7 << 9);
        emitter.code.shift(Shift.VPSRLW, shift, ymm(3), 7);
        emitter.code.op(Op.VPAND, shift, shift, words(_ -> 1 << 8));
        emitter.code.op(Op.VPOR, high, high, shift);
        keepNumbers(emitter, row, i, high, LOW);
      }
    }
  }
}
