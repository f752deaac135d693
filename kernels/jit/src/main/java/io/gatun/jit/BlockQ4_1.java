package io.gatun.jit;

import io.gatun.jit.Shape.Minimums;
import io.gatun.tensors.Encodings;

/** Q4_1. */
final class BlockQ4_1 extends NibbleBlock {
  BlockQ4_1() {
    super(Shape.of(Encodings.Q4_1, 15).with(Minimums.ADDED), 4);
  }
}
