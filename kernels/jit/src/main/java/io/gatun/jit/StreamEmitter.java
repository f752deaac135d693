package io.gatun.jit;

import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Dense streams of codes down the columns, of which a run of 32 takes as many words as a code has bits. A 32-bit lane
 * has four fields, of which each becomes a byte: fields are 8 bits where words are whole codes, and else 5, 6 or 7. A
 * field has one code or, of few bits, two or four:
 *
 * <pre>
 *   bits                2   3   4   5   6   7   8
 *   bits of a field     8   6   8   5   6   7   8
 *   codes of a field    4   2   2   1   1   1   1 </pre>
 */
final class StreamEmitter extends PlaneEmitter {
  private static final Vec FIELDS = ymm(0);
  private static final Vec FREE = ymm(1);
  private static final Vec WORDS = ymm(2);
  private static final Vec DOT = ymm(3);
  private static final Vec ONES = ymm(4);
  private static final Vec MASK = ymm(5);
  private static final Vec OF_RUN = ymm(6);
  private static final Vec X_SCALE = ymm(7);

  /** The first of eight: four activations each, in all lanes. */
  private static final int X = 8;

  private static final int LINE = 64;
  private static final int UPPER_WORDS = 0b10101010;

  private final int field;
  private final int codesOfField;

  StreamEmitter(PlaneForm form, int bits, int panelBits, Isa wide) {
    super(form, bits, panelBits, wide);
    this.field = field(bits);
    this.codesOfField = field / bits;
  }

  private static int field(int bits) {
    return Byte.SIZE % bits == 0 ? Byte.SIZE : bits == 3 ? 6 : bits;
  }

  /** As {@link PlaneEmitter#column}. */
  static int column(int bits, int quad, int i) {
    int count = field(bits) / bits;
    return quad / count * count * Integer.BYTES + count * i + quad % count;
  }

  @Override
  int words() {
    return bits;
  }

  /** Row 4 of the words. */
  @Override
  void deriveWords() {
    code.lea(RBX, Mem.at(R8, R9, 4, 0));
    code.lea(RSI, Mem.at(R11, R9, 4, 0));
  }

  @Override
  void prepare() {
    code.op(Op.VMOVDQU, ONES, Emitter.ONES);
    code.op(Op.VMOVDQU, MASK, Literal.bytes((1 << bits) - 1));
  }

  @Override
  void beginRun() {
    for (int quad = 0; quad < QUADS; quad++) {
      code.op(Op.VPBROADCASTD, ymm(X + quad), Mem.at(R13, Integer.BYTES * quad));
    }
    sumsOfRun(OF_RUN, X_SCALE);
  }

  @Override
  int passes() {
    return 1;
  }

  @Override
  void multiply(int pass) {
    askForNext(R11, RSI, 0);
    for (int vector = 0; vector < vectors(); vector++) {
      quads(vector, this::multiply);
      accumulate(DOT, vector, OF_RUN, X_SCALE, FREE, FIELDS);
    }
  }

  @Override
  void pack() {
    askForNext(R8, RBX, VECTOR * vectors());
    for (int vector = 0; vector < vectors(); vector++) {
      for (int fields = 0; fields < QUADS / codesOfField; fields++) {
        load(vector, Integer.BYTES * field * fields);
        switch (codesOfField) {
          case 1 -> store(FIELDS, vector, fields);
          case 2 -> packPairs(vector, 2 * fields);
          default -> packFours(vector, 4 * fields);
        }
      }
    }
  }

  /** Columns of a panel are in their order: codes of a field are put beside each other. */
  private void packPairs(int vector, int firstQuad) {
    splitAll();
    interleave(codes(0), codes(1));
    store(codes(0), vector, firstQuad);
    store(codes(1), vector, firstQuad + 1);
  }

  private void packFours(int vector, int firstQuad) {
    splitAll();
    interleave(codes(0), codes(1));
    interleave(codes(2), codes(3));
    for (int i = 0; i < 2; i++) {
      Vec first = codes(i);
      Vec second = codes(2 + i);
      code.shift(Shift.VPSLLD, FREE, second, Short.SIZE);
      code.op(Op.VPBLENDW, FREE, first, FREE, UPPER_WORDS);
      code.shift(Shift.VPSRLD, first, first, Short.SIZE);
      code.op(Op.VPBLENDW, first, first, second, UPPER_WORDS);
      store(FREE, vector, firstQuad + 2 * i);
      store(first, vector, firstQuad + 2 * i + 1);
    }
  }

  /** Where a panel has a code of each field: registers that products have activations in. */
  private static Vec codes(int i) {
    return ymm(X + i);
  }

  /** Takes the codes of fields apart. */
  private void splitAll() {
    for (int i = 0; i < codesOfField; i++) {
      if (i > 0) {
        code.shift(Shift.VPSRLW, codes(i), FIELDS, bits * i);
      }
      code.op(Op.VPAND, codes(i), i > 0 ? codes(i) : FIELDS, MASK);
    }
  }

  /** Bytes of two vectors alternate in the lanes of their rows: the first half of them, and the others. */
  private void interleave(Vec first, Vec second) {
    code.op(Op.VPUNPCKLBW, WORDS, first, second);
    code.op(Op.VPUNPCKHBW, DOT, first, second);
    code.op(Op.VSHUFPS, first, WORDS, DOT, EVEN);
    code.op(Op.VSHUFPS, second, WORDS, DOT, ODD);
  }

  /** Asks for what the next step reads: lines from an offset on. */
  private void askForNext(Gp first, Gp fifth, int offset) {
    for (int word = 0; word < bits; word++) {
      for (int line = 0; line < VECTOR * vectors(); line += LINE) {
        code.prefetch(word(first, fifth, word, offset + line));
      }
    }
  }

  /** What is done with a quad of codes, which may be changed. */
  @FunctionalInterface
  private interface Use {
    void quad(int quad, Vec codes);
  }

  /** Makes the codes of eight rows, quad by quad. */
  private void quads(int vector, Use use) {
    for (int fields = 0; fields < QUADS / codesOfField; fields++) {
      load(vector, Integer.BYTES * field * fields);
      if (codesOfField == 1) {
        use.quad(fields, FIELDS);
      } else {
        split(codesOfField * fields, use);
      }
    }
  }

  private void split(int firstQuad, Use use) {
    for (int i = 0; i < codesOfField; i++) {
      boolean isLast = i == codesOfField - 1;
      Vec target = isLast ? FIELDS : FREE;
      if (i > 0) {
        code.shift(Shift.VPSRLW, target, FIELDS, bits * i);
      }
      code.op(Op.VPAND, target, i > 0 ? target : FIELDS, MASK);
      use.quad(firstQuad + i, target);
    }
  }

  /**
   * Makes bytes of four fields that begin at a bit of the run; they may have more above them if all words are whole.
   */
  private void load(int vector, int bit) {
    int shift = bit % Integer.SIZE;
    code.op(Op.VMOVDQU, FIELDS, word(vector, bit / Integer.SIZE));
    if (field == Byte.SIZE) {
      return;
    }
    if (shift > 0) {
      code.shift(Shift.VPSRLD, FIELDS, FIELDS, shift);
    }
    if (shift + Integer.BYTES * field > Integer.SIZE) {
      code.op(Op.VMOVDQU, FREE, word(vector, bit / Integer.SIZE + 1));
      code.shift(Shift.VPSLLD, FREE, FREE, Integer.SIZE - shift);
      code.op(Op.VPOR, FIELDS, FIELDS, FREE);
    }
    int mask = (1 << field) - 1;
    code.shift(Shift.VPSLLD, FREE, FIELDS, Short.SIZE - 2 * field);
    code.op(Op.VPBLENDW, FIELDS, FIELDS, FREE, UPPER_WORDS);
    code.op(Op.VPAND, FREE, FIELDS, Literal.lanes(mask * 0x10001));
    code.shift(Shift.VPSLLW, FIELDS, FIELDS, Byte.SIZE - field);
    code.op(Op.VPAND, FIELDS, FIELDS, Literal.lanes(mask * 0x1000100));
    code.op(Op.VPOR, FIELDS, FIELDS, FREE);
  }

  private Mem word(int vector, int word) {
    return word(R8, RBX, word, VECTOR * vector);
  }

  /** Adds the products of a quad to those of the run: in 16-bit lanes as long as sums are sure to fit. */
  private void multiply(int quad, Vec codes) {
    int together = PlaneForm.isSigned(bits) ? 1 : form.panel(bits).quadsInWord();
    boolean isFirst = quad % together == 0;
    Vec products = isFirst ? WORDS : codes;
    Vec x = ymm(X + quad);
    if (PlaneForm.isSigned(bits)) {
      code.op(Op.VPXOR, codes, codes, Emitter.SIGNS);
      code.op(Op.VPABSB, FREE, codes);
      code.op(Op.VPSIGNB, codes, x, codes);
      code.op(Op.VPMADDUBSW, products, FREE, codes);
    } else {
      code.op(Op.VPMADDUBSW, products, codes, x);
    }
    if (!isFirst) {
      code.op(Op.VPADDW, WORDS, WORDS, products);
    }
    if (quad % together == together - 1) {
      Vec target = quad < together ? DOT : WORDS;
      code.op(Op.VPMADDWD, target, WORDS, ONES);
      if (quad >= together) {
        code.op(Op.VPADDD, DOT, DOT, WORDS);
      }
    }
  }
}
