package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.stream.IntStream;

/** Q1_0: a half, then a bit for each value. */
final class BlockQ1_0 implements BlockCode {
  private static final int BITS = 2;
  private static final Vec BYTES = ymm(1);
  private static final Literal TWO = Literal.bytes(2);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.Q1_0, 2).centered(1);
  }

  @Override
  public int registers() {
    return 1;
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(ymm(3), 0);
    emitter.sameScale(ymm(3), shape().groups());
  }

  @Override
  public List<List<Integer>> parts() {
    return List.of(IntStream.range(0, 8).boxed().toList());
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, BITS);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    BitMasks.spread(emitter, target, BYTES, 2 * k, TWO);
  }
}
