package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ2_XS: 16 bits for eight values, nine of a point and seven signs. */
final class BlockIQ2_XS extends SignedGridBlock {
  private static final int POINTS = 2;
  private static final int SCALES = 66;
  private static final int LARGEST = 43;

  BlockIQ2_XS() {
    super(
        Shape.of(Encodings.IQ2_XS, 2 * LARGEST).centered(LARGEST),
        GridPoints.of(Encodings.IQ2_XS, 8, 512, 0, BlockIQ2_XS::put));
  }

  private static void put(byte[] block, int point) {
    block[POINTS] = (byte) point;
    block[POINTS + 1] = (byte) (point >> 8);
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
    Vec words = ymm(4);
    emitter.code.op(Op.VMOVDQU, ymm(5), words(_ -> 511));
    for (int row = 0; row < Emitter.ROWS; row++) {
      for (int i = 0; i < 2; i++) {
        emitter.code.op(Op.VPAND, words, ymm(5), emitter.row(row, POINTS + Emitter.VECTOR * i));
        keep(emitter, row, i, words);
      }
    }
  }

  @Override
  void signs(Emitter emitter, Vec target, int i, int half) {
    Vec others = ymm(4);
    emitter.pair(target, i, POINTS + Emitter.VECTOR * half);
    emitter.pair(others, i, POINTS + Emitter.VECTOR * half + Shape.SLICE);
    emitter.code.shift(Shift.VPSRLW, target, target, 9);
    emitter.code.shift(Shift.VPSRLW, others, others, 9);
    emitter.code.op(Op.VPACKUSWB, target, target, others);
    eighths(emitter, target);
  }
}
