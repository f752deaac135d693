package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.stream.IntStream;

/** Blocks of 256 values of which each 128 have two bits in 32 bytes, the first 32 values the lowest. Stateless. */
abstract class TwoBitBlock implements BlockCode {
  private static final Vec BYTES = ymm(1);
  private static final Literal LOWEST = Literal.bytes(3);

  private final Shape shape;
  private final int bits;

  /** @param bits where the two bits are in a block */
  TwoBitBlock(Shape shape, int bits) {
    this.shape = shape;
    this.bits = bits;
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
    return List.of(LOWEST);
  }

  @Override
  public final List<List<Integer>> parts() {
    return IntStream.range(0, 4)
        .map(part -> part / 2 * 8 + part % 2)
        .mapToObj(slice -> List.of(slice, slice + 2, slice + 4, slice + 6))
        .toList();
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, bits + Shape.SLICE * part);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.bits(target, BYTES, 2 * k, LOWEST);
  }
}
