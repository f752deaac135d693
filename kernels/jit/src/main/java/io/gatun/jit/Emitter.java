package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R15;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VINSERTI128;
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPBLENDW;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPUNPCKHDQ;
import static io.gatun.jit.Op.VPUNPCKHQDQ;
import static io.gatun.jit.Op.VPUNPCKLDQ;
import static io.gatun.jit.Op.VPUNPCKLQDQ;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * What functions on strips of {@link #ROWS} weight rows have in common. Lanes are weight rows. While they read a block of each
 * row, R13 and R14 are in rows 0 and 4, R9 and R10 are 1 and 3 times the bytes of a row; RDI is the {@link Arguments} always. The
 * calling convention is System V's for x86-64.
 */
abstract class Emitter {
  /** Weight rows of a strip. */
  static final int ROWS = 8;

  /** Bytes of a vector. */
  static final int VECTOR = 32;

  /** Ones in 16-bit lanes, whose products are summed in pairs. */
  static final int ONES = 0x00010001;

  private static final List<Gp> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

  final Assembler code = new Assembler();

  void enter() {
    SAVED.forEach(code::push);
  }

  byte[] leave() {
    code.vzeroupper();
    SAVED.reversed().forEach(code::pop);
    code.ret();
    return code.bytes();
  }

  /** A byte of the block of one weight row. */
  Mem row(int row, int offset) {
    Gp four = row < 4 ? R13 : R14;
    return switch (row % 4) {
      case 0 -> Mem.at(four, offset);
      case 1 -> Mem.at(four, R9, 1, offset);
      case 2 -> Mem.at(four, R9, 2, offset);
      default -> Mem.at(four, R10, 1, offset);
    };
  }

  /** A vector in memory that is the function's own, 0 to {@link Arguments#VECTORS} − 1. */
  Mem room(int vector) {
    return Mem.at(RDI, Arguments.ROOM + VECTOR * vector);
  }

  void constant(Vec target, int value) {
    code.op(VPBROADCASTD, target, new Literal(value));
  }

  /** Sixteen bytes of row {@code i} below sixteen of row {@code i + 4}. */
  void pair(Vec target, int i, int offset) {
    code.op(VMOVDQU, target.half(), row(i, offset));
    code.op(VINSERTI128, target, target, row(i + 4, offset), 1);
  }

  /** The {@link #pair pairs} 0 to 3, which are all rows. */
  void pairs(List<Vec> targets, int offset) {
    for (int i = 0; i < targets.size(); i++) {
      pair(targets.get(i), i, offset);
    }
  }

  /** Splits bytes into low and high nibbles; {@code low} may be the source. */
  void nibbles(Vec low, Vec high, Vec source, Vec mask) {
    code.shift(Shift.VPSRLW, high, source, 4);
    code.op(VPAND, low, source, mask);
    code.op(VPAND, high, high, mask);
  }

  /**
   * The 16-bit numbers at the start of the blocks as floats, those of rows 0 to 7 in this order. Word i of a vector that is
   * read 2·i bytes before row i's is blended in: it begins in an earlier row and ends in row i's block, which is longer than
   * 16 bytes, so that no byte is read beside the strip.
   */
  void halves(Vec target) {
    code.op(VMOVDQU, target.half(), row(0, 0));
    for (int i = 1; i < ROWS; i++) {
      code.op(VPBLENDW, target.half(), target.half(), row(i, -Short.BYTES * i), 1 << i);
    }
    code.op(VCVTPH2PS, target, target.half());
  }

  /** Takes sixteen bytes of each row, as {@link #pair pairs} 0 to 3 have them, apart: vector j gets bytes 4j to 4j + 3 of rows 0 to 7. */
  void transpose(List<Vec> pairs, List<Vec> free) {
    Vec v0 = pairs.get(0);
    Vec v1 = pairs.get(1);
    Vec v2 = pairs.get(2);
    Vec v3 = pairs.get(3);
    code.op(VPUNPCKLDQ, free.get(0), v0, v1);
    code.op(VPUNPCKHDQ, free.get(1), v0, v1);
    code.op(VPUNPCKLDQ, free.get(2), v2, v3);
    code.op(VPUNPCKHDQ, free.get(3), v2, v3);
    code.op(VPUNPCKLQDQ, v0, free.get(0), free.get(2));
    code.op(VPUNPCKHQDQ, v1, free.get(0), free.get(2));
    code.op(VPUNPCKLQDQ, v2, free.get(1), free.get(3));
    code.op(VPUNPCKHQDQ, v3, free.get(1), free.get(3));
  }
}
