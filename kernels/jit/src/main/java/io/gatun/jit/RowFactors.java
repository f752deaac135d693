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
import java.util.stream.IntStream;

/**
 * Writes the function that brings the factors of strips of eight weight rows together, from where the planes of a matrix
 * have them, group by group, each as often as functions on strips ask for it:
 *
 * <pre>  f32 scales [8], and where there are zero points i32 these [8], or f32 minimums [8] for codes of 8 bits </pre>
 *
 * <p>For each strip and group RSI and R8 are in the scales of rows 0 and 4, R13 in its zero points (and R14 in those of row
 * 4 if each row has its own, R12 the group); R9 and R15 are the bytes from row to row of both, R10 and RBX three times as
 * many; RCX is where the next factors go; R11 and RBP are free.
 */
final class RowFactors {
  /** Addresses of the scales and zero points of the first row; they go on. */
  static final int SCALES = 0;

  static final int ZEROS = 8;

  /** Bytes from row to row, and from the groups that are read together to the next ones. */
  static final int SCALE_ROW = 16;

  static final int SCALE_GROUP = 24;
  static final int ZERO_ROW = 32;

  /** Groups of a row, counted by those that are read together, and how often the copies of a group are stored. */
  static final int GROUPS = 40;

  static final int COPIES = 48;

  /** Strips; counted down. */
  static final int STRIPS = 56;

  /** Address of where the factors go. */
  static final int TARGET = 64;

  /** What scales are divided by, a float. */
  static final int DIVISOR = 72;

  /**
   * Bytes from the end of a strip's factors to the beginning of the next ones, which may be negative: the last group is
   * stored whole, even if a row ends within it.
   */
  static final int SKIP = 80;

  /** What scales are multiplied by, a float. */
  static final int FACTOR = 88;

  /** How far behind the scales of a strip those lie that are asked for meanwhile, in bytes. */
  static final int AHEAD = 96;

  static final int END = 104;

  private static final int VECTOR = Emitter.VECTOR;
  private static final int MIDDLE = 128;
  private static final Vec SCALE = ymm(0);
  private static final Vec ZERO = ymm(1);
  private static final Vec FREE = ymm(2);
  private static final Vec SHIFTS = ymm(3);

  /** Bytes of scales of the groups that are read together. */
  private static final Vec BYTES = ymm(4);

  private static final int LINE = 64;
  private static final int MANTISSA = 23;

  /** The scale that an exponent of 0 means. */
  private static final int SMALLEST = Float.floatToRawIntBits(0x1p-127f);

  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  /** Where the bits of E4M3 stand in a float, and what it is too small by then. */
  private static final int E4M3_PLACE = 20;

  private static final Literal E4M3_FACTOR = Literal.lanes(Float.floatToRawIntBits(0x1p120f));

  private static final int SIGN = 0x80;
  private static final Literal HALF = Literal.lanes(Float.floatToRawIntBits(0.5f));
  private static final Literal NIBBLES = new Literal(IntStream.range(0, Emitter.ROWS).mapToObj(i -> 4 * i).toList());

  private final Assembler code = new Assembler();
  private final RowForm form;
  private final int copies;
  private final int together;

  private RowFactors(RowForm form, int copies, int together) {
    this.form = form;
    this.copies = copies;
    this.together = together;
  }

  /**
   * @param copies of a group that are stored at a time
   * @param together groups that are read together: 2 or 4 if scales are bytes, and else 1
   */
  static byte[] function(RowForm form, int copies, int together) {
    return new RowFactors(form, copies, together).emit();
  }

  /** Bytes of the factors of a group of a strip, each time that they are stored. */
  static int bytes(RowForm form) {
    return form.hasFactors() ? 2 * VECTOR : VECTOR;
  }

  /** Rows of words of zero points that eight rows of the matrix have; 0 if each has its own. */
  static int zeroWords(RowForm form) {
    return form.zeros() == RowForm.Zeros.ALONG ? 0 : isWide(form) ? 2 : 1;
  }

  private static boolean isWide(RowForm form) {
    return !form.codes().areNibbles();
  }

  /** Writes what a block does to have its factors: they are the next ones. Changes R12. */
  static void load(Emitter emitter, Shape shape) {
    Assembler code = emitter.code;
    Mem next = Mem.at(RDI, Arguments.FACTORS);
    int bytes = shape.hasMinimums() ? 2 * VECTOR : VECTOR;
    code.mov(R12, next);
    for (int group = 0; group < shape.groups(); group++) {
      code.op(Op.VMOVDQU, Emitter.SCALE, Mem.at(R12, bytes * group));
      if (shape.hasMinimums()) {
        code.op(Op.VMOVDQU, Emitter.MINIMUM, Mem.at(R12, bytes * group + VECTOR));
      }
      if (shape.groups() > 1) {
        code.store(emitter.scale(group), Emitter.SCALE);
      }
    }
    code.add(R12, bytes * shape.groups());
    code.mov(next, R12);
    if (shape.groups() == 1) {
      emitter.keepFactors(shape);
    }
  }

  private byte[] emit() {
    Emitter.save(code);
    code.mov(R9, argument(SCALE_ROW));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R15, argument(ZERO_ROW));
    code.lea(RBX, Mem.at(R15, R15, 2, 0));
    code.mov(RCX, argument(TARGET));
    code.mov(RDX, argument(COPIES));
    int strip = code.here();
    code.mov(RSI, argument(SCALES));
    code.lea(R8, Mem.at(RSI, R9, 4, 0));
    code.mov(R13, argument(ZEROS));
    code.lea(R14, Mem.at(R13, R15, 4, 0));
    code.clear(R12);
    code.op(Op.VPXOR, SHIFTS, SHIFTS, SHIFTS);
    code.mov(RAX, argument(GROUPS));
    if (asksAhead()) {
      code.mov(RBP, RSI);
      code.add(RBP, argument(AHEAD));
    }
    int group = code.here();
    if (asksAhead()) {
      int bytes = Emitter.ROWS * form.scales().bytes * together;
      for (int line = 0; line < bytes; line += LINE) {
        code.prefetch(Mem.at(RBP, line));
      }
      code.add(RBP, bytes);
    }
    if (form.scales().bytes == 1) {
      readBytes();
    }
    for (int i = 0; i < together; i++) {
      scale(i);
      zero();
      store();
    }
    code.add(RSI, argument(SCALE_GROUP));
    code.add(R8, argument(SCALE_GROUP));
    code.dec(RAX);
    code.jump(Assembler.Condition.NOT_ZERO, group);
    nextStrip();
    code.dec(argument(STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return Emitter.restore(code);
  }

  /** Whether the scales of a strip are so many bytes, one behind the other, that memory is asked for them early. */
  private boolean asksAhead() {
    return form.sharing() == RowForm.Sharing.GROUPS && form.zeros() != RowForm.Zeros.ALONG;
  }

  private static Mem argument(int offset) {
    return Mem.at(RDI, offset);
  }

  private static Mem row(Gp first, Gp fourth, Gp stride, Gp three, int row, int offset) {
    Gp base = row < 4 ? first : fourth;
    return switch (row % 4) {
      case 0 -> Mem.at(base, offset);
      case 1 -> Mem.at(base, stride, 1, offset);
      case 2 -> Mem.at(base, stride, 2, offset);
      default -> Mem.at(base, three, 1, offset);
    };
  }

  private static Mem scale(int row, int offset) {
    return row(RSI, R8, R9, R10, row, offset);
  }

  /** The scales of eight rows and a group, which is the {@code i}th of those that are read together. */
  private void scale(int i) {
    switch (form.scales()) {
      case F16 -> {
        gather(SCALE.half(), Short.BYTES, Op.VPBROADCASTW, Op.VPBLENDW);
        code.op(Op.VCVTPH2PS, SCALE, SCALE.half());
      }
      case BF16 -> {
        gather(SCALE.half(), Short.BYTES, Op.VPBROADCASTW, Op.VPBLENDW);
        code.op(Op.VPMOVZXWD, SCALE, SCALE.half());
        code.shift(Shift.VPSLLD, SCALE, SCALE, Short.SIZE);
      }
      case F32, NESTED -> gather(SCALE, Float.BYTES, Op.VPBROADCASTD, Op.VPBLENDD);
      case E8M0 -> e8m0(i);
      case E4M3 -> e4m3(i);
    }
    if (form.areMultiplied()) {
      code.op(Op.VBROADCASTSS, FREE, argument(FACTOR));
      code.op(Op.VMULPS, SCALE, SCALE, FREE);
    }
    if (form.areDivided()) {
      code.op(Op.VBROADCASTSS, FREE, argument(DIVISOR));
      code.op(Op.VDIVPS, SCALE, SCALE, FREE);
    }
    if (form.codes() == RowForm.Codes.E2M1) {
      code.op(Op.VMULPS, SCALE, SCALE, HALF); // levels are twice the numbers
    }
  }

  /** Bytes of neighbouring groups into lanes of rows. */
  private void readBytes() {
    if (together == Integer.BYTES) {
      gather(BYTES, Integer.BYTES, Op.VPBROADCASTD, Op.VPBLENDD);
    } else {
      gather(BYTES.half(), Short.BYTES, Op.VPBROADCASTW, Op.VPBLENDW);
      code.op(Op.VPMOVZXWD, BYTES, BYTES.half());
    }
  }

  /** Byte {@code i} of lanes, less what {@code mask} has not. */
  private void byteOf(Vec target, int i, int mask) {
    code.shift(Shift.VPSRLD, target, BYTES, Byte.SIZE * i);
    code.op(Op.VPAND, target, target, Literal.lanes(mask));
  }

  private void e8m0(int i) {
    byteOf(SCALE, i, 0xFF);
    code.shift(Shift.VPSLLD, SCALE, SCALE, MANTISSA);
    code.op(Op.VPMAXSD, SCALE, SCALE, Literal.lanes(SMALLEST));
    code.op(Op.VPCMPEQD, FREE, SCALE, Literal.lanes(INFINITY));
    code.op(Op.VPOR, SCALE, SCALE, FREE); // which is NaN
  }

  private void e4m3(int i) {
    byteOf(SCALE, i, SIGN - 1);
    code.op(Op.VPCMPEQD, FREE, SCALE, Literal.lanes(SIGN - 1));
    code.shift(Shift.VPSLLD, SCALE, SCALE, E4M3_PLACE);
    code.op(Op.VMULPS, SCALE, SCALE, E4M3_FACTOR);
    code.op(Op.VPOR, SCALE, SCALE, FREE); // NaN
    byteOf(FREE, i, SIGN);
    code.shift(Shift.VPSLLD, FREE, FREE, Integer.SIZE - Byte.SIZE);
    code.op(Op.VPOR, SCALE, SCALE, FREE);
  }

  /**
   * Numbers of eight rows. That of row i is blended in from a vector that begins i numbers before it: it may begin in an
   * earlier row and end in a later one, but as rows follow without gaps, no byte is read beside the eight.
   */
  private void gather(Vec target, int bytes, Op broadcast, Op blend) {
    if (form.sharing() == RowForm.Sharing.MATRIX) {
      code.op(broadcast, target, scale(0, 0));
      return;
    }
    code.op(Op.VMOVDQU, target, scale(0, 0));
    for (int i = 1; i < Emitter.ROWS; i++) {
      code.op(blend, target, target, scale(i, -bytes * i), 1 << i);
    }
  }

  /** Their zero points, or what these become. */
  private void zero() {
    switch (form.zeros()) {
      case MIDDLE -> {}
      case ACROSS -> {
        if (isWide(form)) {
          code.op(Op.VMOVD, ZERO.half(), Mem.at(R13, 0));
          code.op(Op.VPINSRD, ZERO.half(), ZERO.half(), Mem.at(R13, R15, 1, 0), 1);
          minimum();
        } else {
          code.op(Op.VPBROADCASTD, ZERO, Mem.at(R13, 0));
          code.op(Op.VPSRLVD, ZERO, ZERO, NIBBLES);
          code.op(Op.VPAND, ZERO, ZERO, Literal.lanes(0xF));
        }
        code.add(R13, Integer.BYTES);
      }
      case ALONG -> {
        code.mov(R11, R12);
        code.shr(R11, 1);
        code.lea(RBP, Mem.at(R14, R11, 1, 0));
        code.add(R11, R13);
        for (int i = 0; i < Emitter.ROWS; i++) {
          code.op(Op.VPINSRB, ZERO.half(), ZERO.half(), row(R11, RBP, R15, RBX, i, 0), i);
        }
        code.op(Op.VPMOVZXBD, ZERO, ZERO.half());
        code.op(Op.VPSRLVD, ZERO, ZERO, SHIFTS);
        code.op(Op.VPAND, ZERO, ZERO, Literal.lanes(0xF));
        code.op(Op.VPXOR, SHIFTS, SHIFTS, Literal.lanes(4));
        code.add(R12, 1);
      }
    }
  }

  /** {@code (128 − zero) · scale}: signed codes are less by 128. */
  private void minimum() {
    code.op(Op.VPMOVZXBD, ZERO, ZERO.half());
    code.op(Op.VMOVDQU, FREE, Literal.lanes(MIDDLE));
    code.op(Op.VPSUBD, ZERO, FREE, ZERO);
    code.op(Op.VCVTDQ2PS, ZERO, ZERO);
    code.op(Op.VMULPS, ZERO, ZERO, SCALE);
  }

  /** Stores the factors as often as the group has copies. */
  private void store() {
    code.mov(R11, RDX);
    int next = code.here();
    for (int i = 0; i < copies; i++) {
      code.store(Mem.at(RCX, bytes(form) * i), SCALE);
      if (form.hasFactors()) {
        code.store(Mem.at(RCX, bytes(form) * i + VECTOR), ZERO);
      }
    }
    code.add(RCX, bytes(form) * copies);
    code.dec(R11);
    code.jump(Assembler.Condition.NOT_ZERO, next);
  }

  private void nextStrip() {
    code.add(RCX, argument(SKIP));
    code.mov(R11, argument(SCALES));
    code.lea(R11, Mem.at(R11, R9, 8, 0));
    code.mov(argument(SCALES), R11);
    code.mov(R11, argument(ZEROS));
    int words = zeroWords(form);
    code.lea(R11, Mem.at(R11, R15, words == 0 ? Emitter.ROWS : words, 0));
    code.mov(argument(ZEROS), R11);
  }
}
