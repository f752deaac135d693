package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Words of 4-bit codes of eight rows, of which each column has a row. Four columns of 64 rows are taken at a time:
 * bytes of four columns are brought side by side, so that 32-bit lanes have four columns of two rows, as low and as
 * high nibbles. Words i and i + 4 share a vector:
 *
 * <pre>
 *   low nibbles    rows 0, 4, 1, 5 of word i, then of word i + 4
 *   high nibbles   rows 2, 6, 3, 7 </pre>
 */
final class NibblesEmitter extends PlaneEmitter {
  private static final int PAIRS = 4;
  private static final int COLUMNS = 32;
  private static final int PASSES = 2;
  private static final int LOWER = 0x20;
  private static final int UPPER = 0x31;

  private static final Vec FREE = ymm(13);
  private static final Vec MASK = ymm(14);
  private static final Vec X = ymm(15);

  NibblesEmitter(PlaneForm form, int bits, int panelBits, Isa wide) {
    super(form, bits, panelBits, wide);
  }

  @Override
  int words() {
    return COLUMNS;
  }

  /** Where R8 and R11 come back to from column to column. */
  @Override
  void deriveWords() {
    code.mov(RBX, R8);
    code.mov(RSI, R11);
  }

  @Override
  void prepare() {}

  @Override
  void beginRun() {
    sumsOfRun(MASK, X);
    code.store(argument(PlaneArguments.ROOM), MASK);
  }

  @Override
  int passes() {
    return PASSES;
  }

  /**
   * The sums of low nibbles are in registers 0 to 3, those of high ones in 4 to 7; from pass to pass they are in the
   * room that minimums have in other forms.
   */
  @Override
  void multiply(int pass) {
    code.op(Op.VMOVDQU, MASK, Emitter.NIBBLES);
    int first = QUADS / PASSES * pass;
    int last = first + QUADS / PASSES - 1;
    for (int quad = first; quad <= last; quad++) {
      columns();
      if (quad < last) {
        nextColumns();
      }
      code.op(Op.VPBROADCASTD, X, Mem.at(R13, Integer.BYTES * quad));
      for (int pair = 0; pair < PAIRS; pair++) {
        Vec both = both(pair);
        product(pair, quad == first, both, FREE);
        code.shift(Shift.VPSRLW, both, both, 4);
        product(PAIRS + pair, quad == first, both, both);
      }
    }
    leaveColumns();
    for (int sum = 0; sum < 2 * PAIRS; sum++) {
      Mem soFar = Mem.at(RBP, RAX, 1, VECTOR * sum);
      if (pass > 0) {
        code.op(Op.VPADDW, ymm(sum), ymm(sum), soFar);
      }
      if (pass < PASSES - 1) {
        code.store(soFar, ymm(sum));
      }
    }
    if (pass == PASSES - 1) {
      accumulate();
    }
  }

  private void accumulate() {
    Vec ofRun = MASK;
    Vec xScale = X;
    code.op(Op.VMOVDQU, ofRun, argument(PlaneArguments.ROOM));
    code.op(Op.VBROADCASTSS, xScale, Mem.at(R14, 0));
    for (int pair = 0; pair < PAIRS; pair++) {
      Vec low = ymm(pair);
      Vec high = ymm(PAIRS + pair);
      code.op(Op.VPMADDWD, low, low, Emitter.ONES);
      code.op(Op.VPMADDWD, high, high, Emitter.ONES);
      inOrder(low, high, ymm(8), ymm(9));
      accumulate(ymm(8), pair, ofRun, xScale, ymm(10), ymm(11));
      accumulate(ymm(9), PAIRS + pair, ofRun, xScale, ymm(10), ymm(11));
    }
  }

  /** Products of eight quads fit 16 bits: 8 · 2 · 15 · 127 = 30480. */
  private void product(int sum, boolean isFirst, Vec codes, Vec target) {
    code.op(Op.VPAND, target, codes, MASK);
    if (isFirst) {
      code.op(Op.VPMADDUBSW, ymm(sum), target, X);
    } else {
      code.op(Op.VPMADDUBSW, target, target, X);
      code.op(Op.VPADDW, ymm(sum), ymm(sum), target);
    }
  }

  @Override
  void pack() {
    code.op(Op.VMOVDQU, MASK, Emitter.NIBBLES);
    for (int quad = 0; quad < QUADS; quad++) {
      columns();
      if (quad < QUADS - 1) {
        nextColumns();
      }
      for (int pair = 0; pair < PAIRS; pair++) {
        Vec both = both(pair);
        code.op(Op.VPAND, ymm(0), both, MASK);
        code.shift(Shift.VPSRLW, both, both, 4);
        code.op(Op.VPAND, both, both, MASK);
        inOrder(ymm(0), both, ymm(1), ymm(2));
        store(ymm(1), pair, quad);
        store(ymm(2), PAIRS + pair, quad);
      }
    }
    leaveColumns();
  }

  /** Loads four columns of 64 rows. Changes registers 8 to 12. */
  private void columns() {
    for (int i = 0; i < Integer.BYTES; i++) {
      code.prefetch(word(R11, RSI, i, 0));
    }
    code.op(Op.VMOVDQU, ymm(8), word(R8, RBX, 0, 0));
    code.op(Op.VMOVDQU, ymm(9), word(R8, RBX, 1, 0));
    code.op(Op.VPUNPCKLBW, ymm(10), ymm(8), ymm(9));
    code.op(Op.VPUNPCKHBW, ymm(8), ymm(8), ymm(9));
    code.op(Op.VMOVDQU, ymm(9), word(R8, RBX, 2, 0));
    code.op(Op.VMOVDQU, ymm(11), word(R8, RBX, 3, 0));
    code.op(Op.VPUNPCKLBW, ymm(12), ymm(9), ymm(11));
    code.op(Op.VPUNPCKHBW, ymm(9), ymm(9), ymm(11));
    code.op(Op.VPUNPCKLWD, ymm(11), ymm(10), ymm(12));
    code.op(Op.VPUNPCKHWD, ymm(10), ymm(10), ymm(12));
    code.op(Op.VPUNPCKLWD, ymm(12), ymm(8), ymm(9));
    code.op(Op.VPUNPCKHWD, ymm(8), ymm(8), ymm(9));
  }

  private void nextColumns() {
    code.lea(R8, Mem.at(R8, R9, 4, 0));
    code.lea(R11, Mem.at(R11, R9, 4, 0));
  }

  /** Goes back to the first columns. */
  private void leaveColumns() {
    code.mov(R8, RBX);
    code.mov(R11, RSI);
  }

  /** Words {@code pair} and {@code pair + 4} of the rows, four columns to a lane. */
  private static Vec both(int pair) {
    return switch (pair) {
      case 0 -> ymm(11);
      case 1 -> ymm(10);
      case 2 -> ymm(12);
      default -> ymm(8);
    };
  }

  /** The eight rows of both words in their order. Changes what it is given. */
  private void inOrder(Vec low, Vec high, Vec first, Vec second) {
    code.op(Op.VSHUFPS, first, low, high, EVEN);
    code.op(Op.VSHUFPS, high, low, high, ODD);
    code.op(Op.VPERM2I128, second, first, high, UPPER);
    code.op(Op.VPERM2I128, first, first, high, LOWER);
  }
}
