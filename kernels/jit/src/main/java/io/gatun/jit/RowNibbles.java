package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.Optional;

/**
 * Runs of 32 codes of 4 bits, two to a byte, whose factors are apart: the codes of a group's even columns and then those
 * of its odd ones, as activations are brought into this {@link #order} first. Stateless.
 */
final class RowNibbles implements BlockCode {
  private static final Vec BYTES = ymm(1);

  private final Shape shape;
  private final boolean isHighFirst;
  private final Optional<LevelTable> levels;

  RowNibbles(RowForm form) {
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
    return levels.isEmpty() ? 1 : 2;
  }

  @Override
  public void prepare(Emitter emitter) {
    levels.ifPresent(table -> table.prepare(emitter));
  }

  @Override
  public List<Literal> constants() {
    return List.of(Emitter.NIBBLES, Emitter.ONES);
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
    emitter.pair(BYTES, i, 0);
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    if (shape.groupsOfRun() == 1) {
      emitter.nibbles(target, BYTES, isHighFirst == (k == 0));
    } else {
      emitter.nibbles(target, BYTES, isHighFirst);
      emitter.nibbles(free, BYTES, !isHighFirst);
      emitter.code.op(k == 0 ? Op.VPUNPCKLQDQ : Op.VPUNPCKHQDQ, target, target, free);
    }
    levels.ifPresent(table -> table.look(emitter, target));
  }

  /** The factors of strips are those of eight rows. */
  @Override
  public boolean canBeDoubled() {
    return false;
  }

  /** The function for it, for groups of so many columns. */
  static byte[] order(int group) {
    var places = new byte[Shape.SLICE];
    for (int i = 0; i < places.length; i++) {
      places[i] = (byte) (2 * i % places.length + 2 * i / places.length);
    }
    return PlaneEmitter.order(places, group > Shape.SLICE);
  }
}
