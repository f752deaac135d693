package io.gatun.jit;

import io.gatun.tensors.Encodings;

/** Q8_0. */
final class BlockQ8_0 extends ByteBlock {
  BlockQ8_0() {
    super(Shape.of(Encodings.Q8_0, 128).signed(), 2, false);
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(Emitter.SCALE, 0);
    emitter.keepFactors(shape());
  }
}
