package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ2_XXS: each 32 values have four bytes of points, then four times seven signs and the scale. */
final class BlockIQ2_XXS extends SignedGridBlock {
  private static final int GROUPS = 2;
  private static final int ODD_LANES = 0xDD;
  private static final int LARGEST = 43;

  BlockIQ2_XXS() {
    super(
        Shape.of(Encodings.IQ2_XXS, 2 * LARGEST).centered(LARGEST),
        GridPoints.of(Encodings.IQ2_XXS, 8, 256, 0, (block, point) -> block[GROUPS] = (byte) point));
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
  void number(Emitter emitter, int row, int n) {
    emitter.code.movzxByte(R11, emitter.row(row, GROUPS + n / 4 * 8 + n % 4));
  }

  @Override
  void signs(Emitter emitter, Vec target, int i, int half) {
    Vec others = ymm(4);
    emitter.pair(target, i, GROUPS + Emitter.VECTOR * half);
    emitter.pair(others, i, GROUPS + Emitter.VECTOR * half + Shape.SLICE);
    emitter.code.op(Op.VSHUFPS, target, target, others, ODD_LANES);
    sevens(emitter, target);
    eighths(emitter, target);
  }
}
