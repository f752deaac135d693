package io.gatun.jit;

import static io.gatun.jit.Gp.R11;

import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ3_XXS: a byte for a point of four values; then each 32 have four times seven signs and the scale. */
final class BlockIQ3_XXS extends SignedGridBlock {
  private static final int POINTS = 2;
  private static final int SIGNS = 66;
  private static final int LARGEST = 62;

  BlockIQ3_XXS() {
    super(
        Shape.of(Encodings.IQ3_XXS, 2 * LARGEST).centered(LARGEST),
        GridPoints.of(Encodings.IQ3_XXS, 4, 256, 0, (block, point) -> block[POINTS] = (byte) point));
  }

  @Override
  Field scale(int group) {
    return new Field(SIGNS + group / 4 * 16, group % 4, 28, 15);
  }

  @Override
  float unit() {
    return 1 / 4f;
  }

  @Override
  void number(Emitter emitter, int row, int n) {
    emitter.code.movzxByte(R11, emitter.row(row, POINTS + n));
  }

  @Override
  void signs(Emitter emitter, Vec target, int i, int half) {
    emitter.pair(target, i, SIGNS + Shape.SLICE * half);
    sevens(emitter, target);
    eighths(emitter, target);
  }
}
