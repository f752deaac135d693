package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.tensors.Encodings;

/** TQ2_0: one scale for all groups, at the end. */
final class BlockTQ2_0 extends TwoBitBlock {
  private static final int SCALE = 64;

  BlockTQ2_0() {
    super(Shape.of(Encodings.TQ2_0, 3).centered(1), 0);
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(ymm(3), SCALE);
    emitter.sameScale(ymm(3), shape().groups());
  }
}
