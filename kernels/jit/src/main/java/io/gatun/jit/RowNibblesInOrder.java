package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/** Runs of 32 codes of 4 bits in the order of columns, two to a byte, whose factors are apart. Stateless. */
final class RowNibblesInOrder implements BlockCode {
  private static final Vec EVEN = ymm(1);
  private static final Vec ODD = ymm(2);

  private final Shape shape;

  RowNibblesInOrder(Shape shape) {
    this.shape = shape;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 2;
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES);
  }

  @Override
  public void factors(Emitter emitter) {
    RowFactors.load(emitter, shape);
  }

  @Override
  public List<List<Integer>> parts() {
    return List.of(List.of(0, 1));
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(ODD, i, 0);
    emitter.nibbles(EVEN, ODD, false);
    emitter.nibbles(ODD, ODD, true);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.code.op(k == 0 ? Op.VPUNPCKLBW : Op.VPUNPCKHBW, target, EVEN, ODD);
  }
}
