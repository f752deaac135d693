package io.gatun.jit;

import io.gatun.tensors.Encodings;

/** Q4_0. */
final class BlockQ4_0 extends NibbleBlock {
  BlockQ4_0() {
    super(Shape.of(Encodings.Q4_0, 15).centered(8), 2);
  }
}
