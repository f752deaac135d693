package io.gatun.jit;

import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPADDW;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPHADDW;
import static io.gatun.jit.Op.VPMADDWD;

import io.gatun.jit.Operand.Vec;
import io.gatun.jit.StripPlan.Sums;

/**
 * Writes how products of pairs of columns in 16-bit lanes, those of row i below those of row i + 4, become the sums of rows 0
 * to 7 in 32-bit lanes: by horizontal additions, and 16-bit lanes become 32-bit ones as late as their sums allow. Used by one
 * thread.
 */
final class RowSums {
  private final Emitter emitter;
  private final Assembler code;
  private final Widening widening;

  /** When lanes become wider. */
  private enum Widening {
    /** At once. */
    PRODUCTS,
    /** Before two rows are brought together. */
    TWO_ROWS,
    /** Before four rows are. */
    FOUR_ROWS,
    LAST;

    static Widening of(Shape shape) {
      int doublings = shape.productsInWord() / (2 * shape.slicesOfGroup());
      return doublings < 1 ? PRODUCTS : doublings < 2 ? TWO_ROWS : doublings < 4 ? FOUR_ROWS : LAST;
    }
  }

  RowSums(Emitter emitter, Shape shape) {
    this.emitter = emitter;
    this.code = emitter.code;
    this.widening = Widening.of(shape);
  }

  /** What is to be done with products at once. */
  void begin(Vec products) {
    if (widening == Widening.PRODUCTS) {
      widen(products);
    }
  }

  /** Adds products that have begun. */
  void add(Vec sum, Vec products) {
    code.op(widening == Widening.PRODUCTS ? VPADDD : VPADDW, sum, sum, products);
  }

  /** What can be done when rows {@code i} and {@code i + 4} are there; after rows 3 and 7 all are in {@link Sums#low}. */
  void bringTogether(Sums sums, int i) {
    if (i % 2 == 1) {
      bringTogether(sums.of(i - 1), sums.odd(), Widening.TWO_ROWS);
    }
    if (i == Emitter.ROWS / 2 - 1) {
      bringTogether(sums.low(), sums.high(), Widening.FOUR_ROWS);
      if (widening == Widening.LAST) {
        widen(sums.low());
      }
    }
  }

  private void bringTogether(Vec sums, Vec others, Widening now) {
    if (widening == now) {
      widen(sums);
      widen(others);
    }
    code.op(widening.compareTo(now) <= 0 ? VPHADDD : VPHADDW, sums, sums, others);
  }

  private void widen(Vec sums) {
    code.op(VPMADDWD, sums, sums, emitter.constant(Emitter.ONES));
  }
}
