package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Blocks of 256 values that are points of a grid, looked up by number in a table, each eight of them with a second
 * table's entry: signs, or what shifts them. Stateless.
 */
abstract class GridBlock implements BlockCode {
  private static final Vec POINTS = ymm(1);
  private static final Vec SECOND = ymm(2);
  private static final Vec OTHER_POINTS = ymm(3);
  private static final Vec OTHER_SECOND = ymm(4);

  private final Shape shape;
  private final GridTables tables;

  GridBlock(Shape shape, GridTables tables) {
    this.shape = shape;
    this.tables = tables;
  }

  /**
   * Bits of a block.
   *
   * @param head where sixteen bytes begin that have them
   * @param lane which 32 bits of these, 0 to 3
   * @param shift of the lowest bit among the 32
   * @param mask of the bits once they are shifted down
   */
  record Field(int head, int lane, int shift, int mask) {}

  /** Where the scale of a group is: s, for a factor of (2·s + 1) · {@link #unit}. */
  abstract Field scale(int group);

  /** What a scale of 1 is, a power of two. */
  abstract float unit();

  /** Makes the number of a point, the {@code n}th of a slice, in R11; may change R12. */
  abstract void point(Emitter emitter, int row, int slice, int n);

  /** Makes the number of the second table's entry for the first or second eight values of a slice, in R11. */
  abstract void second(Emitter emitter, int row, int slice, int eight);

  /** The factor of the block, at its start unless the encoding has it elsewhere. */
  void blockFactor(Emitter emitter, Vec target) {
    emitter.halves(target, 0);
  }

  @Override
  public final Shape shape() {
    return shape;
  }

  @Override
  public final int registers() {
    return 4;
  }

  @Override
  public final void prepare(Emitter emitter) {
    emitter.code.lea(RBX, tables.literal());
  }

  @Override
  public final List<Literal> constants() {
    return List.of(Emitter.ONES);
  }

  @Override
  public final void factors(Emitter emitter) {
    Assembler code = emitter.code;
    Vec factor = ymm(11);
    Vec one = ymm(12);
    List<Vec> head = List.of(ymm(3), ymm(4), ymm(5), ymm(6));
    blockFactor(emitter, factor);
    int loaded = -1;
    for (int group = 0; group < shape.groups(); group++) {
      Field field = scale(group);
      if (field.head() != loaded) {
        emitter.heads(head, field.head(), List.of(ymm(7), ymm(8), ymm(9), ymm(10)));
        loaded = field.head();
      }
      code.shift(Shift.VPSRLD, one, head.get(field.lane()), field.shift());
      code.op(Op.VPAND, one, one, Literal.lanes(field.mask()));
      code.op(Op.VPADDD, one, one, one);
      code.op(Op.VPADDD, one, one, Literal.lanes(1));
      code.op(Op.VCVTDQ2PS, one, one);
      code.op(Op.VMULPS, one, one, Literal.lanes(Float.floatToRawIntBits(unit())));
      code.op(Op.VMULPS, one, one, factor);
      code.store(emitter.scale(group), one);
    }
  }

  /** Points are looked up row by row. */
  @Override
  public final boolean canBeDoubled() {
    return false;
  }

  @Override
  public final List<List<Integer>> parts() {
    return IntStream.range(0, shape.columns() / Shape.SLICE).mapToObj(List::of).toList();
  }

  @Override
  public final void load(Emitter emitter, int i, int part) {
    emitter.loading();
    row(emitter, i, part, POINTS, SECOND);
    row(emitter, i + 4, part, OTHER_POINTS, OTHER_SECOND);
    emitter.code.op(Op.VINSERTI128, POINTS, POINTS, OTHER_POINTS.half(), 1);
    emitter.code.op(Op.VINSERTI128, SECOND, SECOND, OTHER_SECOND.half(), 1);
  }

  private void row(Emitter emitter, int row, int slice, Vec points, Vec second) {
    for (int n = 0; n < Shape.SLICE / tables.dimensions(); n++) {
      point(emitter, row, slice, n);
      entry(emitter.code, points.half(), Mem.at(RBX, R11, tables.dimensions(), 0), n);
    }
    for (int eight = 0; eight < 2; eight++) {
      second(emitter, row, slice, eight);
      entry(emitter.code, second.half(), Mem.at(RBX, R11, Long.BYTES, tables.second()), eight);
    }
  }

  /** An entry of a table to its place in a vector. */
  private static void entry(Assembler code, Vec target, Mem entry, int place) {
    boolean isEight = entry.scale() == Long.BYTES;
    if (place == 0) {
      code.op(isEight ? Op.VMOVSD : Op.VMOVD, target, entry);
    } else if (isEight) {
      code.op(Op.VMOVHPS, target, target, entry);
    } else {
      code.op(Op.VPINSRD, target, target, entry, place);
    }
  }

  @Override
  public final void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    if (tables.areSigns()) {
      emitter.code.op(Op.VPSIGNB, target, POINTS, SECOND);
      emitter.code.op(Op.VPADDB, target, target, Literal.bytes(shape.center()));
    } else {
      emitter.code.op(Op.VPADDB, target, POINTS, SECOND);
    }
  }
}
