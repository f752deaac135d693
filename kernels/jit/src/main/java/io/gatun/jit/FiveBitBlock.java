package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.jit.Shape.Minimums;
import io.gatun.tensors.Encodings;
import java.util.List;

/** Q5_0 and Q5_1: blocks of nibbles with a fifth bit for each value, that of value i at bit i. */
final class FiveBitBlock extends NibbleBlock {
  private static final Vec HIGH = ymm(2);
  private static final Literal FIFTH = Literal.bytes(0x10);

  private final int high;

  static FiveBitBlock q5_0() {
    return new FiveBitBlock(Shape.of(Encodings.Q5_0, 31).centered(16), 2, 6);
  }

  static FiveBitBlock q5_1() {
    return new FiveBitBlock(Shape.of(Encodings.Q5_1, 31).with(Minimums.ADDED), 4, 8);
  }

  /**
   * @param high where the fifth bits are in a block
   * @param nibbles where the others are
   */
  private FiveBitBlock(Shape shape, int high, int nibbles) {
    super(shape, nibbles);
    this.high = high;
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public List<Literal> constants() {
    return List.of(BitMasks.EIGHT, FIFTH, Emitter.NIBBLES);
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    super.load(emitter, i, part);
    emitter.pair(HIGH, i, high);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    super.codes(emitter, part, k, target, free);
    BitMasks.spread(emitter, free, HIGH, 2 * k, FIFTH);
    emitter.code.op(Op.VPOR, target, target, free);
  }
}
