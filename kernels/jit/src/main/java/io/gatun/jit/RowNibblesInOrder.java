package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.Optional;

/** Runs of 32 codes of 4 bits in the order of columns, two to a byte, whose factors are apart. Stateless. */
final class RowNibblesInOrder implements BlockCode {
  private static final Vec EVEN = ymm(1);
  private static final Vec ODD = ymm(3);

  private final Shape shape;
  private final boolean isHighFirst;
  private final Optional<LevelTable> levels;

  RowNibblesInOrder(RowForm form) {
    shape = form.shape();
    isHighFirst = form.isHighFirst();
    levels = LevelTable.of(form);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 3;
  }

  @Override
  public void prepare(Emitter emitter) {
    levels.ifPresent(table -> table.prepare(emitter));
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
    emitter.nibbles(EVEN, ODD, isHighFirst);
    emitter.nibbles(ODD, ODD, !isHighFirst);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.code.op(k == 0 ? Op.VPUNPCKLBW : Op.VPUNPCKHBW, target, EVEN, ODD);
    levels.ifPresent(table -> table.look(emitter, target));
  }
}
