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
import static io.gatun.jit.Op.VBROADCASTI128;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VCVTPH2PS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VINSERTI128;
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPAND;
import static io.gatun.jit.Op.VPBLENDW;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPHADDW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPUNPCKHDQ;
import static io.gatun.jit.Op.VPUNPCKHQDQ;
import static io.gatun.jit.Op.VPUNPCKLDQ;
import static io.gatun.jit.Op.VPUNPCKLQDQ;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes the function that multiplies strips of {@link #ROWS} weight rows, read where they lie, with activation rows. Lanes
 * are weight rows. A {@link StripBlock} writes what is done for a block of each row; here are the loops around it, and what
 * several encodings share.
 *
 * <pre>
 *   for each strip of weight rows                 R11 are left; R8 is the first row, RSI where its results go
 *     for each activation row                     RBX are left; RCX codes, RDX scales, RAX sums, R12 result
 *       for each block                            R13 and R14 in rows 0 and 4, RBP 4 · (runs of activations so far)
 * </pre>
 *
 * <p>Memory of the next strip is asked for at R15 while this one is computed. R9 and R10 are 1 and 3 times the bytes of a
 * row, RDI the {@link StripArguments}. The calling convention is System V's for x86-64.
 */
final class StripEmitter {
  /** Weight rows of a strip. */
  static final int ROWS = 8;

  /** The sums of a strip: no block may use it for anything else. */
  static final Vec SUM = ymm(0);

  private static final int LINE = 64;
  private static final int VECTOR = 32;
  private static final List<Gp> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

  final Assembler code = new Assembler();

  private StripEmitter() {}

  static byte[] function(StripBlock block) {
    return new StripEmitter().emit(block);
  }

  private byte[] emit(StripBlock block) {
    SAVED.forEach(code::push);
    code.mov(R8, Mem.at(RDI, StripArguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, StripArguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R11, Mem.at(RDI, StripArguments.STRIPS));
    code.mov(RSI, Mem.at(RDI, StripArguments.OUT));
    block.constants(this);
    int strip = code.here();
    code.mov(RBX, Mem.at(RDI, StripArguments.TOKENS));
    code.mov(RCX, Mem.at(RDI, StripArguments.CODES));
    code.mov(RDX, Mem.at(RDI, StripArguments.SCALES));
    code.mov(RAX, Mem.at(RDI, StripArguments.SUMS));
    code.mov(R12, RSI);
    int token = code.here();
    code.op(VPXOR, SUM, SUM, SUM);
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    code.lea(R15, Mem.at(R8, R9, 8, 0));
    code.clear(RBP);
    int next = code.here();
    block.multiply(this);
    advance(block);
    code.cmp(RBP, Mem.at(RDI, StripArguments.RUNS_END));
    code.jump(Assembler.Condition.BELOW, next);
    code.store(Mem.at(R12, 0), SUM);
    code.add(RCX, Mem.at(RDI, StripArguments.CODE_STRIDE));
    code.add(RDX, Mem.at(RDI, StripArguments.SCALE_STRIDE));
    code.add(RAX, Mem.at(RDI, StripArguments.SUM_STRIDE));
    code.add(R12, Mem.at(RDI, StripArguments.OUT_STRIDE));
    code.dec(RBX);
    code.jump(Assembler.Condition.NOT_ZERO, token);
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(R11);
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    code.vzeroupper();
    SAVED.reversed().forEach(code::pop);
    code.ret();
    return code.bytes();
  }

  private void advance(StripBlock block) {
    int bytes = ROWS * block.bytes();
    for (int line = 0; line < bytes; line += LINE) {
      code.prefetch(Mem.at(R15, line));
    }
    code.add(R15, bytes);
    code.add(R13, block.bytes());
    code.add(R14, block.bytes());
    code.add(RBP, Integer.BYTES * block.runs());
  }

  // ---- operands

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

  /** Codes of activations, from column {@code offset} of the block on. */
  Mem codes(int offset) {
    return Mem.at(RCX, RBP, 8, offset);
  }

  /** The float scale of a run of 32 activations. */
  Mem xScale(int run) {
    return Mem.at(RDX, RBP, 1, Float.BYTES * run);
  }

  /** The two 16-bit sums of a run of 32 activations. */
  Mem xSums(int run) {
    return Mem.at(RAX, RBP, 1, 2 * Short.BYTES * run);
  }

  /** A vector in memory that is the function's own, 0 to {@link StripArguments#VECTORS} − 1. */
  Mem room(int vector) {
    return Mem.at(RDI, StripArguments.ROOM + VECTOR * vector);
  }

  // ---- what several encodings do

  void constant(Vec target, int value) {
    code.op(VPBROADCASTD, target, new Literal(value));
  }

  /** Sixteen bytes of row {@code i} below sixteen of row {@code i + 4}. */
  void pair(Vec target, int i, int offset) {
    code.op(VMOVDQU, target.half(), row(i, offset));
    code.op(VINSERTI128, target, target, row(i + 4, offset), 1);
  }

  /** Sixteen codes of activations, twice. */
  void twice(Vec target, int offset) {
    code.op(VBROADCASTI128, target, codes(offset));
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

  /**
   * Sums of the 16-bit lanes of four {@link #pair pairs}, as 32-bit lanes of rows 0 to 7 in {@code v0}; sums of all eight
   * lanes of a row must fit 16 bits.
   */
  void sums(Vec v0, Vec v1, Vec v2, Vec v3, Vec ones) {
    code.op(VPHADDW, v0, v0, v1);
    code.op(VPHADDW, v2, v2, v3);
    code.op(VPHADDW, v0, v0, v2);
    code.op(VPMADDWD, v0, v0, ones);
  }

  /** Adds a constant times one or both sums of a run of activations, as 16-bit {@code factors} say. */
  void center(Vec dot, int run, Operand factors, Vec free) {
    code.op(VPBROADCASTD, free, xSums(run));
    code.op(VPMADDWD, free, free, factors);
    code.op(VPADDD, dot, dot, free);
  }

  /**
   * {@code SUM = fma((float) dot, scale · xscale, SUM)}.
   *
   * @param xScale receives the scale of the activations
   */
  void accumulate(Vec dot, Operand scale, int run, Vec xScale, Vec free) {
    code.op(VCVTDQ2PS, dot, dot);
    code.op(VBROADCASTSS, xScale, xScale(run));
    code.op(VMULPS, free, xScale, scale);
    code.op(VFMADD231PS, SUM, dot, free);
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
