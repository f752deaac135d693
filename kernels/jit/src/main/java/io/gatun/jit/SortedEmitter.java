package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R15;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Columns in an order of their own: codes of a step of 32 rows are sorted first, to u8 {@code [columns][32]}, once for all
 * activation rows, and then multiplied or packed into a panel. Rows of a column are in the order in which two vectors of
 * bytes that are interleaved give 32-bit lanes of neighbouring rows:
 *
 * <pre>  half h of a vector   rows 4h to 4h + 3 of the first eight, of the second, of the third and of the fourth </pre>
 */
final class SortedEmitter extends PlaneEmitter {
  /** Vectors of rows. */
  private static final int FOUR = 4;

  private static final int RUN = QUADS * Integer.BYTES;
  private static final int LINE = 64;

  /** The first bytes of four words, then the second ones, and so on. */
  private static final Literal BYTES =
      Literal.halves(
          (byte) 0, (byte) 4, (byte) 8, (byte) 12, (byte) 1, (byte) 5, (byte) 9, (byte) 13,
          (byte) 2, (byte) 6, (byte) 10, (byte) 14, (byte) 3, (byte) 7, (byte) 11, (byte) 15);

  private static final Vec OF_RUN = ymm(8);
  private static final Vec X_SCALE = ymm(9);
  private static final Vec X = ymm(10);
  private static final Vec FREE = ymm(11);

  private final int codesOfByte;

  private SortedEmitter(SortedForm form, Isa wide) {
    super(form.plane(), form.bits(), form.bits(), wide);
    this.codesOfByte = Byte.SIZE / bits;
  }

  /** The function that sorts: from CODES, RUNS times the rows of words of some columns that are STRIDE apart, by ORDER to SORTED. */
  static byte[] sort(SortedForm form) {
    var emitter = new SortedEmitter(form, Isa.AVX2);
    return form.straddles() ? emitter.emitSortOfStraddling() : emitter.emitSort();
  }

  /** The function that adds products of a row of activations and the pieces from PIECES to PIECES_END to sums. */
  static byte[] products(SortedForm form) {
    return new SortedEmitter(form, Isa.AVX2).emitProducts();
  }

  /**
   * The function that packs a piece of sorted codes, at CODES with a STRIDE of {@link #VECTOR}, into a panel.
   *
   * @param wide the form of the tiles that read it
   */
  static byte[] panel(SortedForm form, Isa wide) {
    return new SortedEmitter(form, wide).emitPanel();
  }

  // ---- sorting

  private byte[] emitSort() {
    Emitter.save(code);
    code.mov(R8, argument(PlaneArguments.CODES));
    code.mov(R9, argument(PlaneArguments.STRIDE));
    code.mov(R10, argument(PlaneArguments.ORDER));
    code.mov(R11, argument(PlaneArguments.SORTED));
    code.mov(R12, argument(PlaneArguments.RUNS));
    Vec order = ymm(13);
    Vec mask = ymm(14);
    code.op(Op.VMOVDQU, order, BYTES);
    code.op(Op.VMOVDQU, mask, Literal.bytes((1 << bits) - 1));
    int words = code.here();
    for (int line = 0; line < FOUR * VECTOR; line += LINE) {
      code.prefetch(Mem.at(R8, FOUR * VECTOR + line));
    }
    List<Vec> rows = List.of(ymm(0), ymm(1), ymm(2), ymm(3));
    for (int i = 0; i < FOUR; i++) {
      code.op(Op.VMOVDQU, rows.get(i), Mem.at(R8, VECTOR * i));
      code.op(Op.VPSHUFB, rows.get(i), rows.get(i), order);
    }
    Emitter.transpose(code, rows, List.of(ymm(4), ymm(5), ymm(6), ymm(7)));
    for (int i = 0; i < FOUR; i++) {
      store(rows.get(i), i, mask);
    }
    code.add(R8, R9);
    code.add(R10, Integer.BYTES * codesOfByte * FOUR);
    code.dec(R12);
    code.jump(Assembler.Condition.NOT_ZERO, words);
    return Emitter.restore(code);
  }

  /** Codes that bytes do not end with: 32 columns of three words. Vectors of words are in registers 0 to 11. */
  private byte[] emitSortOfStraddling() {
    Emitter.save(code);
    code.mov(R8, argument(PlaneArguments.CODES));
    code.mov(R9, argument(PlaneArguments.STRIDE));
    code.mov(R10, argument(PlaneArguments.ORDER));
    code.mov(R11, argument(PlaneArguments.SORTED));
    code.mov(R12, argument(PlaneArguments.RUNS));
    int run = code.here();
    for (int word = 0; word < bits; word++) {
      for (int i = 0; i < FOUR; i++) {
        code.op(Op.VMOVDQU, word(word, i), Mem.at(R8, VECTOR * i));
      }
      for (int line = 0; line < FOUR * VECTOR; line += LINE) {
        code.prefetch(Mem.at(R8, FOUR * VECTOR + line));
      }
      code.add(R8, R9);
    }
    for (int col = 0; col < RUN; col++) {
      straddling(col, 0, ymm(12), ymm(13));
      straddling(col, 1, ymm(13), ymm(14));
      code.op(Op.VPACKUSDW, ymm(12), ymm(12), ymm(13));
      straddling(col, 2, ymm(13), ymm(14));
      straddling(col, 3, ymm(14), ymm(15));
      code.op(Op.VPACKUSDW, ymm(13), ymm(13), ymm(14));
      code.op(Op.VPACKUSWB, ymm(12), ymm(12), ymm(13));
      code.mov32(RAX, Mem.at(R10, Integer.BYTES * col));
      code.store(Mem.at(R11, RAX, 1, 0), ymm(12));
    }
    code.add(R10, Integer.BYTES * RUN);
    code.dec(R12);
    code.jump(Assembler.Condition.NOT_ZERO, run);
    return Emitter.restore(code);
  }

  private static Vec word(int word, int vector) {
    return ymm(FOUR * word + vector);
  }

  /** The codes of a column of eight rows in 32-bit lanes. */
  private void straddling(int col, int vector, Vec target, Vec free) {
    int word = bits * col / Integer.SIZE;
    int shift = bits * col % Integer.SIZE;
    code.shift(Shift.VPSRLD, target, word(word, vector), shift);
    if (shift + bits > Integer.SIZE) {
      code.shift(Shift.VPSLLD, free, word(word + 1, vector), Integer.SIZE - shift);
      code.op(Op.VPOR, target, target, free);
    }
    code.op(Op.VPAND, target, target, Literal.lanes((1 << bits) - 1));
  }

  /** Stores the codes of a byte of words, each where its column belongs. */
  private void store(Vec bytes, int number, Vec mask) {
    for (int i = 0; i < codesOfByte; i++) {
      code.mov32(RAX, Mem.at(R10, Integer.BYTES * (number * codesOfByte + i)));
      if (i > 0) {
        code.shift(Shift.VPSRLW, FREE, bytes, bits * i);
      }
      code.op(Op.VPAND, FREE, i > 0 ? FREE : bytes, mask);
      code.store(Mem.at(R11, RAX, 1, 0), FREE);
    }
  }

  // ---- products

  /** R8 is in the sorted codes, RBX in the pieces. */
  private byte[] emitProducts() {
    enter();
    code.mov(RDX, argument(PlaneArguments.SUMS));
    code.mov(R8, argument(PlaneArguments.SORTED));
    code.mov(R13, argument(PlaneArguments.X));
    code.mov(R14, argument(PlaneArguments.X_SCALES));
    code.mov(R15, argument(PlaneArguments.X_SUMS));
    code.mov(RBX, argument(PlaneArguments.PIECES));
    int piece = code.here();
    code.mov(R9, Mem.at(RBX, 0));
    code.add(R9, argument(PlaneArguments.FIRST_SCALES));
    code.mov(argument(PlaneArguments.SCALES), R9);
    code.mov(R9, Mem.at(RBX, Long.BYTES));
    code.add(R9, argument(PlaneArguments.FIRST_ZEROS));
    code.mov(argument(PlaneArguments.ZEROS), R9);
    factors(false);
    code.clear(RAX);
    code.mov(R9, Mem.at(RBX, 2 * Long.BYTES));
    int run = code.here();
    multiply(0);
    code.add(R8, RUN * VECTOR);
    code.add(R13, RUN);
    code.add(R14, Float.BYTES);
    code.add(R15, 2 * Short.BYTES);
    code.dec(R9);
    code.jump(Assembler.Condition.NOT_ZERO, run);
    code.add(RBX, SortedColumns.PIECE);
    code.cmp(RBX, argument(PlaneArguments.PIECES_END));
    code.jump(Assembler.Condition.BELOW, piece);
    return Emitter.restore(code);
  }

  @Override
  void prepare() {}

  @Override
  void beginRun() {}

  @Override
  int passes() {
    return 1;
  }

  @Override
  void multiply(int pass) {
    if (PlaneForm.isSigned(bits)) {
      multiplySigned();
    } else {
      multiplyUnsigned();
    }
  }

  /** Products of a quad of columns at a time, as those of two columns fill 16 bits. Registers 0 to 3 are dots of eight rows each. */
  private void multiplySigned() {
    for (int quad = 0; quad < QUADS; quad++) {
      quad(quad);
      code.op(Op.VPBROADCASTD, X, Mem.at(R13, Integer.BYTES * quad));
      for (int vector = 0; vector < FOUR; vector++) {
        Vec codes = ymm(4 + vector);
        code.op(Op.VPXOR, codes, codes, Emitter.SIGNS);
        code.op(Op.VPSIGNB, FREE, X, codes);
        code.op(Op.VPABSB, codes, codes);
        code.op(Op.VPMADDUBSW, codes, codes, FREE);
        code.op(Op.VPMADDWD, quad == 0 ? ymm(vector) : codes, codes, Emitter.ONES);
        if (quad > 0) {
          code.op(Op.VPADDD, ymm(vector), ymm(vector), codes);
        }
      }
    }
    sumsOfRun(OF_RUN, X_SCALE);
    for (int vector = 0; vector < FOUR; vector++) {
      accumulate(ymm(vector), vector, OF_RUN, X_SCALE, FREE, ymm(4));
    }
  }

  /**
   * Products of sixteen columns fit 16 bits: 8 · 2 · 15 · 127 = 30480. Registers 0 to 3 are their sums of 16 rows each,
   * then the dots of eight rows each.
   */
  private void multiplyUnsigned() {
    for (int half = 0; half < 2; half++) {
      for (int pair = 0; pair < RUN / FOUR; pair++) {
        pair(half * RUN / 2 + 2 * pair, ymm(2 * half), ymm(2 * half + 1), pair == 0);
      }
    }
    sumsOfRun(OF_RUN, X_SCALE);
    for (int vector = 0; vector < FOUR; vector++) {
      Vec dot = ymm(4);
      Vec other = ymm(5);
      widen(dot, ymm(vector / 2), vector % 2 == 0);
      widen(other, ymm(2 + vector / 2), vector % 2 == 0);
      code.op(Op.VPADDD, dot, dot, other);
      accumulate(dot, vector, OF_RUN, X_SCALE, FREE, other);
    }
  }

  /** Adds products of two columns; the first ones are the sums. */
  private void pair(int column, Vec low, Vec high, boolean isFirst) {
    Vec lowProducts = isFirst ? low : ymm(4);
    Vec highProducts = isFirst ? high : ymm(5);
    code.op(Op.VMOVDQU, ymm(4), column(column));
    code.op(Op.VPBROADCASTW, X, Mem.at(R13, column));
    code.op(Op.VPUNPCKHBW, ymm(5), ymm(4), column(column + 1));
    code.op(Op.VPUNPCKLBW, ymm(4), ymm(4), column(column + 1));
    code.op(Op.VPMADDUBSW, lowProducts, ymm(4), X);
    code.op(Op.VPMADDUBSW, highProducts, ymm(5), X);
    if (!isFirst) {
      code.op(Op.VPADDW, low, low, ymm(4));
      code.op(Op.VPADDW, high, high, ymm(5));
    }
  }

  /** A column of the run that R8 is at. */
  private static Mem column(int column) {
    return Mem.at(R8, VECTOR * column);
  }

  /** Four of the 16-bit lanes of each half as 32-bit ones. */
  private void widen(Vec target, Vec sums, boolean areLow) {
    code.op(areLow ? Op.VPUNPCKLWD : Op.VPUNPCKHWD, target, sums, sums);
    code.shift(Shift.VPSRAD, target, target, Short.SIZE);
  }

  // ---- panels

  @Override
  void pack() {
    for (int quad = 0; quad < QUADS; quad++) {
      quad(quad);
      for (int vector = 0; vector < FOUR; vector++) {
        store(ymm(4 + vector), vector, quad);
      }
    }
  }

  /** Four columns side by side, of eight rows each in registers 4 to 7. Changes X and what is free. */
  private void quad(int quad) {
    Vec low = X;
    Vec high = FREE;
    int first = FOUR * quad;
    code.op(Op.VMOVDQU, low, column(first));
    code.op(Op.VMOVDQU, high, column(first + 2));
    code.op(Op.VPUNPCKHBW, ymm(6), low, column(first + 1));
    code.op(Op.VPUNPCKLBW, low, low, column(first + 1));
    code.op(Op.VPUNPCKHBW, ymm(7), high, column(first + 3));
    code.op(Op.VPUNPCKLBW, high, high, column(first + 3));
    code.op(Op.VPUNPCKLWD, ymm(4), low, high);
    code.op(Op.VPUNPCKHWD, ymm(5), low, high);
    code.op(Op.VPUNPCKLWD, low, ymm(6), ymm(7));
    code.op(Op.VPUNPCKHWD, ymm(7), ymm(6), ymm(7));
    code.op(Op.VMOVDQU, ymm(6), low);
  }

  /** Columns, each a row of words. */
  @Override
  int words() {
    return RUN;
  }

  @Override
  void deriveWords() {}
}
