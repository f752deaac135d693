package io.gatun.jit;

import static io.gatun.jit.Gp.R11;

import io.gatun.tensors.Encodings;

/** IQ3_XXS: a byte for a point of four values; then each 32 have four times seven signs and the scale. */
final class BlockIQ3_XXS extends GridBlock {
  private static final int POINTS = 2;
  private static final int SIGNS = 66;
  private static final int LARGEST = 62;

  BlockIQ3_XXS() {
    super(Shape.of(Encodings.IQ3_XXS, 2 * LARGEST).centered(LARGEST), GridTables.signed(Encodings.IQ3_XXS, 4, 256, (block, point) -> block[POINTS] = (byte) point, 7));
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
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.movzxByte(R11, emitter.row(row, POINTS + slice * 4 + n));
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.mov32(R11, emitter.row(row, SIGNS + slice / 2 * 4));
    emitter.code.shr(R11, 7 * (slice % 2 * 2 + eight));
    emitter.code.and(R11, 127);
  }
}
