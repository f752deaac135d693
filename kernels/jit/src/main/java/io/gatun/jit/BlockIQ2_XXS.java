package io.gatun.jit;

import static io.gatun.jit.Gp.R11;

import io.gatun.tensors.Encodings;

/** IQ2_XXS: each 32 values have four bytes of points, then four times seven signs and the scale. */
final class BlockIQ2_XXS extends GridBlock {
  private static final int GROUPS = 2;
  private static final int SIGNS = 4;
  private static final int LARGEST = 43;

  BlockIQ2_XXS() {
    super(Shape.of(Encodings.IQ2_XXS, 2 * LARGEST).centered(LARGEST), GridTables.signed(Encodings.IQ2_XXS, 8, 256, (block, point) -> block[GROUPS] = (byte) point, 7));
  }

  @Override
  Field scale(int group) {
    return new Field(GROUPS + group / 2 * 16, group % 2 * 2 + 1, 28, 15);
  }

  @Override
  float unit() {
    return 1 / 8f;
  }

  @Override
  void point(Emitter emitter, int row, int slice, int n) {
    emitter.code.movzxByte(R11, emitter.row(row, GROUPS + slice / 2 * 8 + slice % 2 * 2 + n));
  }

  @Override
  void second(Emitter emitter, int row, int slice, int eight) {
    emitter.code.mov32(R11, emitter.row(row, GROUPS + slice / 2 * 8 + SIGNS));
    emitter.code.shr(R11, 7 * (slice % 2 * 2 + eight));
    emitter.code.and(R11, 127);
  }
}
