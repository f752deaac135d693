package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import io.gatun.jit.Shape.Minimums;
import io.gatun.tensors.Encodings;
import java.util.List;

/** Q2_K: 16 bytes of a scale and, in the high nibble, a minimum for each group; two halves at the end. */
final class BlockQ2_K extends TwoBitBlock {
  private static final int SCALE = 80;
  private static final int MINIMUM = 82;

  BlockQ2_K() {
    super(Shape.of(Encodings.Q2_K, 3).with(Minimums.SUBTRACTED), 16);
  }

  @Override
  public void factors(Emitter emitter) {
    List<Vec> bytes = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    emitter.heads(bytes, 0, List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
    Vec scale = ymm(7);
    Vec minimum = ymm(8);
    Vec nibbles = ymm(9);
    Vec one = ymm(10);
    emitter.halves(scale, SCALE);
    emitter.halves(minimum, MINIMUM);
    for (int four = 0; four < shape().groups(); four += 4) {
      for (int high = 0; high < 2; high++) {
        emitter.nibbles(nibbles, bytes.get(four / 4), high == 1);
        for (int group = four; group < four + 4; group++) {
          emitter.unsignedByte(one, nibbles, group - four);
          emitter.factor(high == 1 ? emitter.minimum(group) : emitter.scale(group), one, high == 1 ? minimum : scale);
        }
      }
    }
  }
}
