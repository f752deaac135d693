package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.jit.Shape.Minimums;
import io.gatun.tensors.Encodings;
import java.util.List;

/** Q5_K: as Q4_K, and 32 bytes whose bit g is the fifth one of a value of group g. */
final class BlockQ5_K extends BlockQ4_K {
  private static final int HIGH = 16;
  private static final int FIFTH_BIT = 4;
  private static final Vec UPPER = ymm(2);
  private static final Literal FIFTH = Literal.bytes(1 << FIFTH_BIT);

  BlockQ5_K() {
    super(Shape.of(Encodings.Q5_K, 31).with(Minimums.SUBTRACTED), HIGH + 32);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES, FIFTH, Emitter.ONES);
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    super.load(emitter, i, part);
    emitter.pair(UPPER, i, HIGH + Shape.SLICE * (part % 2));
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    super.codes(emitter, part, k, target, free);
    int group = part / 2 * 2 + k;
    emitter.bits(free, UPPER, group - FIFTH_BIT, FIFTH);
    emitter.code.op(Op.VPOR, target, target, free);
  }
}
