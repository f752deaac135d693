package io.gatun.jit;

import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;

/** IQ4_NL: the levels are −127 to 113. */
final class BlockIQ4_NL extends NibbleBlock {
  private static final int NIBBLES = 2;

  private final LevelTable levels = LevelTable.of(Encodings.IQ4_NL, NIBBLES, 0);

  BlockIQ4_NL() {
    super(Shape.of(Encodings.IQ4_NL, 127).signed(), NIBBLES);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public void prepare(Emitter emitter) {
    levels.prepare(emitter);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    super.codes(emitter, part, k, target, free);
    levels.look(emitter, target);
  }
}
