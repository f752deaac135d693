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
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Writes functions on groups of columns of weight rows that lie side by side, with instructions of AVX2: nothing need
 * be transposed, as lanes are rows in memory. Of a run of 32 columns codes are made bytes, four columns of eight rows
 * to a vector: for products in whichever order of columns takes the fewest instructions, into which activations are
 * brought first, and for panels in theirs.
 *
 * <pre>
 *   for each group
 *     factors: scales, and what zero points ask for, to rooms that stay in the caches
 *     for each run of the group
 *       for each step of rows                     RAX 4 · (rows so far); products in some {@link #passes}
 *         products   with a row of activations, added to the sums
 *         or panel   codes and factors go where {@link PanelEmitter} reads them
 * </pre>
 *
 * <p>R8 is in words of the run, R9 and R10 are 1 and 3 times the bytes from a row of words to the next, R11 is in words
 * of the next pass, RBX and RSI are what forms need beside R8 and R11, which is asked for meanwhile; RCX, R12 and RBP
 * are the rooms of factors; RDI is the {@link PlaneArguments}. For products RDX is the sums, R13 to R15 the codes,
 * scales and sums of activations; for a panel R13 and R14 are vectors 0 and 4 of it, R15 and RDX 1 and 3 times the
 * bytes of a vector.
 */
abstract class PlaneEmitter {
  static final int VECTOR = Emitter.VECTOR;

  /** Quads of columns of a run. */
  static final int QUADS = PanelEmitter.QUADS;

  private static final int[] INTERLEAVED = {0, 4, 1, 5, 2, 6, 3, 7};
  private static final int NEAREST_EVEN = 0;

  /** Lanes 0 and 2 of two vectors' halves, or lanes 1 and 3. */
  static final int EVEN = 0x88;

  static final int ODD = 0xDD;

  final Assembler code = new Assembler();
  final PlaneForm form;

  /** The width of a code. */
  final int bits;

  private final Shape shape;

  /** The form of the tiles that read a panel. */
  private final Isa wide;

  /**
   * @param panelBits the width whose {@link PlaneForm#panel} is packed
   * @param wide the form of the tiles that read it
   */
  PlaneEmitter(PlaneForm form, int bits, int panelBits, Isa wide) {
    this.form = form;
    this.bits = bits;
    this.shape = wide.shape(form.panel(panelBits));
    this.wide = wide;
  }

  private static PlaneEmitter of(PlaneForm form, int bits, int panelBits, Isa wide) {
    return switch (form.codes()) {
      case STREAMS -> new StreamEmitter(form, bits, panelBits, wide);
      case NIBBLES -> new NibblesEmitter(form, bits, panelBits, wide);
    };
  }

  /** The function that adds the products of groups and a row of activations to sums. */
  static byte[] products(PlaneForm form, int bits) {
    return of(form, bits, bits, Isa.AVX2).emitProducts();
  }

  /**
   * The function that packs groups of a step of rows into a panel.
   *
   * @param panelBits the width whose {@link PlaneForm#panel} it is
   * @param wide the form of the tiles that read it
   */
  static byte[] panel(PlaneForm form, int bits, int panelBits, Isa wide) {
    return of(form, bits, panelBits, wide).emitPanel();
  }

  /** The column of a run that is byte {@code i} of a quad of products. */
  static int column(PlaneForm.Codes codes, int bits, int quad, int i) {
    return switch (codes) {
      case STREAMS -> StreamEmitter.column(bits, quad, i);
      case NIBBLES -> quad * Integer.BYTES + i;
    };
  }

  // ---- what forms bring

  /** Loads constants that stay in registers. */
  abstract void prepare();

  /** Loads what products need of the run's activations; {@link #sumsOfRun} makes what of it the factors meet. */
  abstract void beginRun();

  /** How often rows are gone through for the products of a run, each time for as many rows of words. */
  abstract int passes();

  /** Writes the products of a step, and in the last pass their addition to the sums, by {@link #accumulate}. */
  abstract void multiply(int pass);

  /** Writes the codes of a step, quads of columns in their order, to a panel by {@link #store}. */
  abstract void pack();

  /** Rows of words of a run. */
  abstract int words();

  /** Derives RBX from R8, and RSI from R11 alike. */
  abstract void deriveWords();

  final int vectors() {
    return form.codes().vectors;
  }

  // ---- functions

  private byte[] emitProducts() {
    enter();
    code.mov(RDX, argument(PlaneArguments.SUMS));
    code.mov(R13, argument(PlaneArguments.X));
    code.mov(R14, argument(PlaneArguments.X_SCALES));
    code.mov(R15, argument(PlaneArguments.X_SUMS));
    int group = code.here();
    enterGroup();
    int run = code.here();
    beginRun();
    for (int pass = 0; pass < passes(); pass++) {
      code.clear(RAX);
      int step = code.here();
      multiply(pass);
      nextStep();
      code.add(RAX, VECTOR * vectors());
      code.cmp(RAX, argument(PlaneArguments.ROWS_END));
      code.jump(Assembler.Condition.BELOW, step);
      advance(words() / passes());
    }
    code.add(R13, QUADS * Integer.BYTES);
    code.add(R14, Float.BYTES);
    code.add(R15, 2 * Short.BYTES);
    nextRun(run, group);
    return Emitter.restore(code);
  }

  /** Begins a function, which knows where rooms for factors are. */
  final void enter() {
    Emitter.save(code);
    code.mov(RCX, argument(PlaneArguments.SCALE_ROOM));
    code.mov(R12, argument(PlaneArguments.ZERO_ROOM));
    code.mov(RBP, argument(PlaneArguments.MINIMUM_ROOM));
  }

  /** Brings the group's factors to their rooms and goes to its first run. */
  private void enterGroup() {
    factors(true);
    prepare();
    code.mov(RAX, argument(PlaneArguments.RUNS));
    code.mov(argument(PlaneArguments.RUNS_LEFT), RAX);
    enterWords();
  }

  final byte[] emitPanel() {
    enter();
    code.mov(R13, argument(PlaneArguments.PANEL));
    code.mov(R15, argument(PlaneArguments.PANEL_STRIP));
    code.lea(RDX, Mem.at(R15, R15, 2, 0));
    code.lea(R14, Mem.at(R13, R15, 4, 0));
    int group = code.here();
    enterGroup();
    int run = code.here();
    pack();
    for (int vector = 0; vector < vectors(); vector++) {
      copy(Mem.at(RCX, VECTOR * vector), panel(vector, shape.panelCodes(wide.bytes())));
      if (shape.hasMinimums()) {
        Gp room = form.subtracts(bits) ? R12 : RBP;
        copy(Mem.at(room, VECTOR * vector), panel(vector, shape.panelCodes(wide.bytes()) + wide.bytes()));
      }
    }
    code.add(R13, shape.panelBytes(wide.bytes()));
    code.add(R14, shape.panelBytes(wide.bytes()));
    advance(words());
    nextRun(run, group);
    return Emitter.restore(code);
  }

  private void copy(Mem source, Mem target) {
    code.op(Op.VMOVDQU, ymm(0), source);
    code.store(target, ymm(0));
  }

  static Mem argument(int offset) {
    return Mem.at(RDI, offset);
  }

  // ---- words

  /** Goes to the words of a pass, and to those of the next. */
  private void enterWords() {
    code.mov(R8, argument(PlaneArguments.CODES));
    code.mov(R9, argument(PlaneArguments.STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R11, R8);
    addWords(R11, words() / passes());
    deriveWords();
  }

  /** Goes to the first rows so many rows of words further. */
  private void advance(int words) {
    code.mov(RAX, argument(PlaneArguments.CODES));
    addWords(RAX, words);
    code.mov(argument(PlaneArguments.CODES), RAX);
    enterWords();
  }

  private void addWords(Gp pointer, int words) {
    for (int left = words; left > 0; ) {
      int some = Math.min(Integer.highestOneBit(left), 8);
      code.lea(pointer, Mem.at(pointer, R9, some, 0));
      left -= some;
    }
  }

  /** Goes to the rows of the next step. */
  private void nextStep() {
    for (Gp pointer : new Gp[] {R8, RBX, R11, RSI}) {
      code.add(pointer, (int) form.codes().bytes(form.codes().step()));
    }
  }

  /** Begins the next run, which may be in the next group. */
  private void nextRun(int run, int group) {
    code.dec(argument(PlaneArguments.RUNS_LEFT));
    code.jump(Assembler.Condition.NOT_ZERO, run);
    advance(PlaneArguments.SCALES, PlaneArguments.SCALE_STRIDE);
    advance(PlaneArguments.ZEROS, PlaneArguments.ZERO_STRIDE);
    code.mov(RAX, argument(PlaneArguments.UNITS));
    code.add(RAX, Float.BYTES);
    code.mov(argument(PlaneArguments.UNITS), RAX);
    code.dec(argument(PlaneArguments.GROUPS));
    code.jump(Assembler.Condition.NOT_ZERO, group);
  }

  private void advance(int address, int stride) {
    code.mov(RAX, argument(address));
    code.add(RAX, argument(stride));
    code.mov(argument(address), RAX);
  }

  /** A row of words of the run, or of the next one. */
  static Mem word(Gp first, Gp fifth, int word, int offset) {
    Gp base = word < 4 ? first : fifth;
    return switch (word % 4) {
      case 0 -> Mem.at(base, offset);
      case 1 -> Mem.at(base, R9, 1, offset);
      case 2 -> Mem.at(base, R9, 2, offset);
      default -> Mem.at(base, R10, 1, offset);
    };
  }

  // ---- factors

  /**
   * Brings the factors of a group to their rooms. Changes RAX, RSI and R11.
   *
   * @param isFollowed whether those of the next group are asked for, which takes R8 to R10
   */
  final void factors(boolean isFollowed) {
    code.mov(RSI, argument(PlaneArguments.SCALES));
    code.mov(R11, argument(PlaneArguments.ZEROS));
    if (isFollowed) {
      code.mov(R8, argument(PlaneArguments.SCALE_STRIDE));
      code.mov(R9, argument(PlaneArguments.ZERO_STRIDE));
      code.mov(R10, argument(PlaneArguments.UNITS));
    }
    code.clear(RAX);
    int step = code.here();
    for (int vector = 0; vector < vectors(); vector++) {
      scale(ymm(0), vector);
      code.store(Mem.at(RCX, RAX, 1, VECTOR * vector), ymm(0));
      if (form.zeros() != PlaneForm.Zeros.MIDDLE) {
        zero(ymm(1), vector);
        if (form.hasMinimums(bits)) {
          code.op(Op.VMOVDQU, ymm(2), Literal.lanes(PlaneForm.middle(bits)));
          code.op(Op.VPSUBD, ymm(1), ymm(2), ymm(1));
          code.op(Op.VCVTDQ2PS, ymm(1), ymm(1));
          code.op(Op.VMULPS, ymm(1), ymm(1), ymm(0));
          code.store(Mem.at(RBP, RAX, 1, VECTOR * vector), ymm(1));
        } else {
          code.store(Mem.at(R12, RAX, 1, VECTOR * vector), ymm(1));
        }
      }
    }
    if (isFollowed) {
      code.prefetch(Mem.at(RSI, R8, 1, 0));
      if (form.zeros() != PlaneForm.Zeros.MIDDLE) {
        code.prefetch(Mem.at(R11, R9, 1, 0));
      }
    }
    code.add(RSI, (int) form.scales().bytes(form.codes().step()));
    code.add(R11, form.codes().step() * bits / Byte.SIZE);
    code.add(RAX, VECTOR * vectors());
    code.cmp(RAX, argument(PlaneArguments.ROWS_END));
    code.jump(Assembler.Condition.BELOW, step);
  }

  private void scale(Vec target, int vector) {
    Mem source = Mem.at(RSI, (int) form.scales().bytes((long) Emitter.ROWS * vector));
    switch (form.scales()) {
      case F16 -> code.op(Op.VCVTPH2PS, target, source);
      case BF16 -> {
        code.op(Op.VPMOVZXWD, target, source);
        code.shift(Shift.VPSLLD, target, target, Short.SIZE);
      }
      case F32 -> code.op(Op.VMOVDQU, target, source);
      case SQUARES -> squares(target, source);
    }
  }

  /** {@code half((c + 1)² · unit)}. */
  private void squares(Vec target, Mem source) {
    code.op(Op.VPBROADCASTD, target, source);
    code.op(Op.VPSRLVD, target, target, shifts(4, 0));
    code.op(Op.VPAND, target, target, Literal.lanes(15));
    code.op(Op.VPADDD, target, target, Literal.lanes(1));
    code.op(Op.VCVTDQ2PS, target, target);
    code.op(Op.VMULPS, target, target, target);
    code.op(Op.VBROADCASTSS, ymm(2), Mem.at(R10, 0));
    code.op(Op.VMULPS, target, target, ymm(2));
    code.op(Op.VCVTPS2PH, target, target.half(), NEAREST_EVEN);
    code.op(Op.VCVTPH2PS, target, target.half());
  }

  /** Shifts that bring eight neighbouring codes to the end of their lanes. */
  private static Literal shifts(int bits, int first) {
    return new Literal(IntStream.range(0, Emitter.ROWS).mapToObj(i -> first + bits * i).toList());
  }

  /** The zero points of eight rows, in 32-bit lanes. */
  private void zero(Vec target, int vector) {
    boolean isLess = form.zeros() == PlaneForm.Zeros.STORED_LESS_ONE;
    int mask = (1 << bits) - 1;
    int ones = (int) (0xFFFF_FFFFL / mask);
    if (bits == Byte.SIZE) {
      code.op(Op.VMOVSD, target.half(), Mem.at(R11, Emitter.ROWS * vector));
      if (isLess) {
        code.op(Op.VPADDD, target.half(), target.half(), Literal.lanes(ones));
      }
      code.op(Op.VPMOVZXBD, target, target.half());
      return;
    }
    boolean straddles = Integer.SIZE % bits != 0;
    int bit = Emitter.ROWS * bits * vector;
    int word = straddles ? Math.min(bit / Byte.SIZE, 4 * bits - Integer.BYTES) : bit / Integer.SIZE * Integer.BYTES;
    code.op(Op.VPBROADCASTD, target, Mem.at(R11, word));
    if (isLess && !straddles) {
      code.op(Op.VPADDD, target, target, Literal.lanes(ones));
    }
    boolean isInterleaved = form.codes() == PlaneForm.Codes.NIBBLES;
    code.op(Op.VPSRLVD, target, target, isInterleaved ? interleaved() : shifts(bits, bit - Byte.SIZE * word));
    if (isLess && straddles) {
      code.op(Op.VPADDD, target, target, Literal.lanes(1));
    }
    code.op(Op.VPAND, target, target, Literal.lanes(mask));
  }

  private static Literal interleaved() {
    return new Literal(Arrays.stream(INTERLEAVED).mapToObj(nibble -> 4 * nibble).toList());
  }

  // ---- products

  /** What all rows share of a run's correction: Σx, −middle · Σx or xscale · Σx, and nothing if there is none. */
  final void sumsOfRun(Vec target, Vec xScale) {
    code.op(Op.VBROADCASTSS, xScale, Mem.at(R14, 0));
    if (PlaneForm.isSigned(bits) && !form.hasMinimums(bits)) {
      return;
    }
    int factor = PlaneForm.isSigned(bits) || form.subtracts(bits) ? 1 : -PlaneForm.middle(bits);
    code.op(Op.VPBROADCASTD, target, Mem.at(R15, 0));
    code.op(Op.VPMADDWD, target, target, Literal.lanes((factor & 0xFFFF) * 0x10001));
    if (form.hasMinimums(bits)) {
      code.op(Op.VCVTDQ2PS, target, target);
      code.op(Op.VMULPS, target, target, xScale);
    }
  }

  /**
   * {@code sum = fma((float) dot, scale · xscale, sum)}, and {@code sum = fma(minimum, xscale · Σx, sum)}, of eight
   * rows.
   *
   * @param dot of codes as they are packed; changed, like what is free
   * @param ofRun made by {@link #sumsOfRun}
   */
  final void accumulate(Vec dot, int vector, Vec ofRun, Vec xScale, Vec free, Vec sum) {
    int offset = VECTOR * vector;
    if (form.subtracts(bits)) {
      // Σx fits 16 bits, and the upper halves of zero points are 0
      code.op(Op.VPMADDWD, free, ofRun, Mem.at(R12, RAX, 1, offset));
      code.op(Op.VPSUBD, dot, dot, free);
    } else if (!PlaneForm.isSigned(bits)) {
      code.op(Op.VPADDD, dot, dot, ofRun);
    }
    code.op(Op.VCVTDQ2PS, dot, dot);
    code.op(Op.VMULPS, free, xScale, Mem.at(RCX, RAX, 1, offset));
    code.op(Op.VMOVDQU, sum, Mem.at(RDX, RAX, 1, offset));
    code.op(Op.VFMADD231PS, sum, dot, free);
    if (form.hasMinimums(bits)) {
      code.op(Op.VFMADD231PS, sum, ofRun, Mem.at(RBP, RAX, 1, offset));
    }
    code.store(Mem.at(RDX, RAX, 1, offset), sum);
  }

  // ---- panels

  /** Where a panel has the run of eight rows, which may share its vectors with others. */
  private Mem panel(int eight, int offset) {
    int vector = eight / wide.strips();
    int place = offset + eight % wide.strips() * VECTOR;
    Gp base = vector < 4 ? R13 : R14;
    return switch (vector % 4) {
      case 0 -> Mem.at(base, place);
      case 1 -> Mem.at(base, R15, 1, place);
      case 2 -> Mem.at(base, R15, 2, place);
      default -> Mem.at(base, RDX, 1, place);
    };
  }

  /** Stores a quad of codes, which is changed, and its magnitudes if codes are signed. */
  final void store(Vec quad, int vector, int number) {
    int center = form.subtracts(bits) || shape.isSigned() ? 0 : shape.center();
    if (!form.subtracts(bits) && center != PlaneForm.middle(bits)) {
      code.op(Op.VPADDB, quad, quad, Literal.bytes(center - PlaneForm.middle(bits)));
    }
    code.store(panel(vector, wide.bytes() * number), quad);
    if (shape.isSigned()) {
      code.op(Op.VPABSB, quad, quad);
      code.store(panel(vector, wide.bytes() * (QUADS + number)), quad);
    }
  }

  // ---- activations

  /** The {@link #order(byte[], boolean) function} that brings codes of activations into the order of quads. */
  static byte[] order(PlaneForm.Codes codes, int bits) {
    var places = new byte[16];
    for (int i = 0; i < places.length; i++) {
      places[i] = (byte) column(codes, bits, i / Integer.BYTES, i % Integer.BYTES);
    }
    return order(places, false);
  }

  /**
   * The function that brings codes of activations, from CODES of so many bytes as RUNS says, into another order, to X.
   *
   * @param places which of sixteen neighbours comes where
   * @param areHalvesTogether whether the first eight of a run's first and last sixteen come together then
   */
  static byte[] order(byte[] places, boolean areHalvesTogether) {
    var code = new Assembler();
    code.mov(R8, argument(PlaneArguments.CODES));
    code.mov(R9, argument(PlaneArguments.X));
    code.mov(R10, R8);
    code.add(R10, argument(PlaneArguments.RUNS));
    code.op(Op.VMOVDQU, ymm(1), Literal.halves(places));
    int next = code.here();
    code.op(Op.VMOVDQU, ymm(0), Mem.at(R8, 0));
    code.op(Op.VPSHUFB, ymm(0), ymm(0), ymm(1));
    if (areHalvesTogether) {
      code.op(Op.VPERMQ, ymm(0), ymm(0), 0b11_01_10_00);
    }
    code.store(Mem.at(R9, 0), ymm(0));
    code.add(R8, VECTOR);
    code.add(R9, VECTOR);
    code.cmp(R8, R10);
    code.jump(Assembler.Condition.BELOW, next);
    code.vzeroupper();
    code.ret();
    return code.bytes();
  }
}
