package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import io.gatun.tensors.Encodings;
import java.util.List;

/** Q2_0: a half, then two bits for each value, four values to a byte, the first one lowest. */
final class BlockQ2_0 implements BlockCode {
  private static final int BITS = 2;
  private static final Vec BYTES = ymm(1);
  private static final Vec FOURFOLD = ymm(2);

  @Override
  public Shape shape() {
    return Shape.of(Encodings.Q2_0, 3).centered(1);
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public void factors(Emitter emitter) {
    emitter.halves(ymm(3), 0);
    emitter.sameScale(ymm(3), shape().groups());
  }

  @Override
  public List<List<Integer>> parts() {
    return List.of(List.of(0, 1, 2, 3));
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, BITS);
  }

  /** Each byte to four, of which the jth keeps the bits of its jth value. */
  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    Assembler code = emitter.code;
    code.op(Op.VPSHUFB, FOURFOLD, BYTES, Literal.halves(BitMasks.sixteen(j -> 4 * k + j / 4)));
    code.op(Op.VPAND, target, FOURFOLD, Literal.lanes(3));
    for (int j = 1; j < 4; j++) {
      code.shift(Shift.VPSRLD, free, FOURFOLD, 2 * j);
      code.op(Op.VPAND, free, free, Literal.lanes(3 << (8 * j)));
      code.op(Op.VPOR, target, target, free);
    }
  }
}
