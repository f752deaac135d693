package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;

/** IQ1_M: eight low bits of a point, then four others, its high three and the shift; the block's factor is in four parts. */
final class BlockIQ1_M extends GridBlock {
  private static final int HIGH = 32;
  private static final int SCALES = 48;
  private static final int POINTS = 4096;
  private static final int CENTER = 9;
  private static final Literal SELECT = words(j -> byteAlone(j / 2));
  private static final Literal POWERS = words(j -> 1 << (8 - 4 * (j % 2)));

  BlockIQ1_M() {
    super(
        Shape.of(Encodings.IQ1_M, 2 * CENTER).centered(CENTER),
        GridPoints.of(Encodings.IQ1_M, 8, POINTS, CENTER, BlockIQ1_M::put));
  }

  private static void put(byte[] block, int number) {
    block[0] = (byte) number;
    block[HIGH] = (byte) (number >> 8);
  }

  @Override
  Field scale(int group) {
    return new Field(SCALES - 8, 2 + group / 8, group / 4 % 2 * 16 + group % 4 * 3, 7);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  /** The upper four bits of four times 16, the lowest first. */
  @Override
  void blockFactor(Emitter emitter, Vec target) {
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(head, SCALES - 8, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Assembler code = emitter.code;
    Vec part = ymm(7);
    code.op(Op.VPXOR, target, target, target);
    for (int i = 0; i < 4; i++) {
      code.shift(Shift.VPSRLD, part, head.get(2 + i / 2), 12 + 16 * (i % 2) - 4 * i);
      code.op(Op.VPAND, part, part, Literal.lanes(15 << (4 * i)));
      code.op(Op.VPOR, target, target, part);
    }
    emitter.lanesToFloats(target);
  }

  @Override
  void prepareBlock(Emitter emitter) {
    for (int row = 0; row < Emitter.ROWS; row++) {
      for (int i = 0; i < 2; i++) {
        Vec high = highBits(emitter, Op.VPBROADCASTQ, emitter.row(row, HIGH + 8 * i), SELECT, POWERS, 15 << 8);
        keepNumbers(emitter, row, i, high, 0);
      }
    }
  }
}
