package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/** Blocks of 32 values whose codes are 16 bytes of nibbles, those of the first 16 values low. Stateless. */
abstract class NibbleBlock implements BlockCode {
  private static final Vec BYTES = ymm(1);

  private final Shape shape;
  private final int nibbles;

  /** @param nibbles where they are in a block */
  NibbleBlock(Shape shape, int nibbles) {
    this.shape = shape;
    this.nibbles = nibbles;
  }

  @Override
  public final Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 1;
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES, Emitter.ONES);
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(Emitter.SCALE, 0);
    if (shape.hasMinimums()) {
      emitter.halves(Emitter.MINIMUM, Short.BYTES);
    }
    emitter.keepFactors(shape);
  }

  @Override
  public final List<List<Integer>> parts() {
    return List.of(List.of(0, 1));
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, nibbles);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.nibbles(target, BYTES, k == 1);
  }
}
