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

import io.gatun.jit.Assembler.Condition;
import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes functions on rows of float codes with scales, for AVX2: their products with one activation row, whose bits are
 * {@link FloatEmitter}'s of the decoded rows, and a panel of these. Groups of columns are a multiple of {@link
 * FloatCode#STEP}.
 *
 * <pre>
 *   for each row, or four of them         R8 is the next one, R15 its scales
 *     for each group of columns           RSI its scale, RAX groups that are left; memory of the next rows is asked for
 *       for each 32 columns               RBP bytes of codes so far, RBX steps that are left; RCX activations, or floats
 *                                         of the panel
 * </pre>
 */
final class FloatCodeEmitter extends Emitter {
  /** Weight rows that are multiplied together: as many sums as floats and tables leave registers. */
  static final int ROWS_OF_SUMS = 4;

  private static final int LANES = 8;
  private static final int LINE = 64;
  private static final List<Gp> W = List.of(R11, R12, R13, R14);
  private static final int FLOATS = 4;
  private static final int FACTORS = 12;
  private static final Vec FREE = ymm(11);
  private static final Vec ORDER = ymm(13);

  /** Of eight columns, the even ones before the odd ones; and back. */
  private static final Literal SPLIT = new Literal(List.of(0, 2, 4, 6, 1, 3, 5, 7));

  private static final Literal JOINED = new Literal(List.of(0, 4, 1, 5, 2, 6, 3, 7));

  private final FloatCode format;

  private FloatCodeEmitter(FloatCode format) {
    super(Isa.AVX2);
    this.format = format;
  }

  /**
   * The function that makes the sums of one activation row, {@code [weight row]} vectors, of strips of {@link
   * #ROWS_OF_SUMS} rows. Activations are {@link #split} where the format splits pairs.
   */
  static byte[] sums(FloatCode format) {
    return new FloatCodeEmitter(format).sums();
  }

  private byte[] sums() {
    begin();
    int strip = code.here();
    code.mov(RCX, Mem.at(RDI, Arguments.X));
    nextRows(ROWS_OF_SUMS);
    for (int row = 0; row < ROWS_OF_SUMS; row++) {
      code.op(Op.VPXOR, ymm(row), ymm(row), ymm(row));
    }
    columns(
        ROWS_OF_SUMS,
        (row, i, floats) -> code.op(Op.VFMADD231PS, ymm(row), floats, Mem.at(RCX, i * VECTOR)));
    for (int row = 0; row < ROWS_OF_SUMS; row++) {
      join(ymm(row));
      code.store(Mem.at(RDX, row * VECTOR), ymm(row));
    }
    code.add(RDX, ROWS_OF_SUMS * VECTOR);
    return end(strip);
  }

  /** The function that decodes strips of one row to floats, one after the other. */
  static byte[] panel(FloatCode format) {
    return new FloatCodeEmitter(format).panel();
  }

  private byte[] panel() {
    begin();
    code.mov(RCX, RDX);
    int row = code.here();
    nextRows(1);
    columns(
        1,
        (_, i, floats) -> {
          join(floats);
          code.store(Mem.at(RCX, i * VECTOR), floats);
        });
    return end(row);
  }

  private void begin() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R15, Mem.at(RDI, Arguments.SCALES));
    code.mov(RDX, Mem.at(RDI, Arguments.OUT));
    format.prepare(code);
  }

  /** Goes to the first columns of some rows. */
  private void nextRows(int count) {
    code.mov(RAX, Mem.at(RDI, Arguments.ROW_BYTES));
    code.mov(RSI, R15);
    for (int row = 0; row < count; row++) {
      code.mov(W.get(row), R8);
      code.add(R8, RAX);
      code.add(R15, R9);
    }
    code.clear(RBP);
  }

  /** What is done with eight columns of a row. */
  @FunctionalInterface
  private interface Eight {

    /** @param i which eight of the step */
    void use(int row, int i, Vec floats);
  }

  /** All columns of some rows. Factors stay in registers as long as loads leave these alone. */
  private void columns(int rows, Eight eight) {
    boolean keepsFactors = format.columns() < FloatCode.STEP;
    code.mov(RAX, Mem.at(RDI, Arguments.GROUPS));
    int group = code.here();
    for (int row = 0; keepsFactors && row < rows; row++) {
      code.op(Op.VBROADCASTSS, ymm(FACTORS + row), scaleOf(row));
    }
    code.mov(RBX, Mem.at(RDI, Arguments.STEPS));
    int next = code.here();
    for (int line = 0; line < rows * format.bytes(); line += LINE) {
      code.prefetch(Mem.at(R8, RBP, rows, line));
    }
    for (int row = 0; row < rows; row++) {
      format.check(code, Mem.at(W.get(row), RBP, 1, 0), FREE);
    }
    for (int col = 0; col < FloatCode.STEP; col += format.columns()) {
      for (int row = 0; row < rows; row++) {
        load(row, col, keepsFactors, eight);
      }
    }
    code.add(RBP, format.bytes());
    code.add(RCX, FloatCode.STEP * Float.BYTES);
    code.dec(RBX);
    code.jump(Condition.NOT_ZERO, next);
    code.add(RSI, Float.BYTES);
    code.dec(RAX);
    code.jump(Condition.NOT_ZERO, group);
  }

  private void load(int row, int col, boolean hasFactor, Eight eight) {
    int count = format.columns() / LANES;
    int first = FLOATS + (count == 1 ? row : 0);
    List<Vec> floats = IntStream.range(first, first + count).mapToObj(Vec::ymm).toList();
    format.load(code, Mem.at(W.get(row), RBP, 1, col * format.bytes() / FloatCode.STEP), floats);
    Vec factor = ymm(hasFactor ? FACTORS + row : FACTORS);
    if (!hasFactor) {
      code.op(Op.VBROADCASTSS, factor, scaleOf(row));
    }
    for (int i = 0; i < count; i++) {
      code.op(Op.VMULPS, floats.get(i), floats.get(i), factor);
      eight.use(row, col / LANES + i, floats.get(i));
    }
  }

  private static Mem scaleOf(int row) {
    return switch (row) {
      case 0 -> Mem.at(RSI, 0);
      case 1 -> Mem.at(RSI, R9, 1, 0);
      case 2 -> Mem.at(RSI, R9, 2, 0);
      default -> Mem.at(RSI, R10, 1, 0);
    };
  }

  /** Columns in their order again. */
  private void join(Vec vector) {
    if (format.splitsPairs()) {
      code.op(Op.VMOVDQU, ORDER, JOINED);
      code.op(Op.VPERMPS, vector, ORDER, vector);
    }
  }

  private byte[] end(int next) {
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Condition.NOT_ZERO, next);
    if (format.tellsNaN()) {
      code.store(room(0), FloatCode.FLAGS);
    }
    return leave();
  }

  /** The function that puts the even ones of each eight columns before the odd ones. */
  static byte[] split() {
    var emitter = new FloatCodeEmitter(new FloatCode.E5M2());
    Assembler code = emitter.code;
    emitter.enter();
    code.mov(RCX, Mem.at(RDI, Arguments.X));
    code.mov(RBX, Mem.at(RDI, Arguments.X_END));
    code.mov(RDX, Mem.at(RDI, Arguments.OUT));
    code.op(Op.VMOVDQU, ORDER, SPLIT);
    int next = code.here();
    code.op(Op.VPERMPS, ymm(0), ORDER, Mem.at(RCX, 0));
    code.store(Mem.at(RDX, 0), ymm(0));
    code.add(RCX, LANES * Float.BYTES);
    code.add(RDX, LANES * Float.BYTES);
    code.cmp(RCX, RBX);
    code.jump(Condition.BELOW, next);
    return emitter.leave();
  }
}
