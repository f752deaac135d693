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
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPHADDW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Writes the function that multiplies strips of {@link #ROWS} weight rows, read where they lie, with activation rows. Lanes
 * are weight rows. A {@link BlockCode} writes what is done for a block of each row; here are the loops around it, and what
 * several encodings share.
 *
 * <pre>
 *   for each strip of weight rows                 R11 are left; R8 is the first row, RSI where its results go
 *     for each activation row                     RBX are left; RCX codes, RDX scales, RAX sums, R12 result
 *       for each block                            R13 and R14 in rows 0 and 4, RBP 4 · (runs of activations so far)
 * </pre>
 *
 * <p>Memory of the next strip is asked for at R15 while this one is computed. R9 and R10 are 1 and 3 times the bytes of a
 * row, RDI the {@link Arguments}. The calling convention is System V's for x86-64.
 */
final class StripEmitter extends Emitter {
  /** The sums of a strip: no block may use it for anything else. */
  static final Vec SUM = ymm(0);

  private static final int LINE = 64;

  /** Bytes of the next strip that have been asked for at a block, of how many, and the pairs that have been loaded. */
  private int ahead;

  private int aheadEnd;
  private int pairs;

  private StripEmitter() {}

  static byte[] function(BlockCode block) {
    return new StripEmitter().emit(block);
  }

  private byte[] emit(BlockCode block) {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R11, Mem.at(RDI, Arguments.STRIPS));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    block.constants(this);
    int strip = code.here();
    code.mov(RBX, Mem.at(RDI, Arguments.TOKENS));
    code.mov(RCX, Mem.at(RDI, Arguments.CODES));
    code.mov(RDX, Mem.at(RDI, Arguments.SCALES));
    code.mov(RAX, Mem.at(RDI, Arguments.SUMS));
    code.mov(R12, RSI);
    int token = code.here();
    code.op(VPXOR, SUM, SUM, SUM);
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    code.lea(R15, Mem.at(R8, R9, 8, 0));
    code.clear(RBP);
    int next = code.here();
    aheadEnd = ROWS * block.bytes();
    block.multiply(this);
    advance(block);
    code.cmp(RBP, Mem.at(RDI, Arguments.RUNS_END));
    code.jump(Assembler.Condition.BELOW, next);
    code.store(Mem.at(R12, 0), SUM);
    code.add(RCX, Mem.at(RDI, Arguments.CODE_STRIDE));
    code.add(RDX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.add(RAX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.add(R12, Mem.at(RDI, Arguments.OUT_STRIDE));
    code.dec(RBX);
    code.jump(Assembler.Condition.NOT_ZERO, token);
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(R11);
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  private void advance(BlockCode block) {
    int bytes = ROWS * block.bytes();
    for (; ahead < bytes; ahead += LINE) {
      code.prefetch(Mem.at(R15, ahead));
    }
    code.add(R15, bytes);
    code.add(R13, block.bytes());
    code.add(R14, block.bytes());
    code.add(RBP, Integer.BYTES * block.runs());
  }

  /** Asks for a line of the next strip as well, so that such requests are spread between the loads. */
  @Override
  void pair(Vec target, int i, int offset) {
    super.pair(target, i, offset);
    if (ahead < aheadEnd && pairs++ % 2 == 0) {
      code.prefetch(Mem.at(R15, ahead));
      ahead += LINE;
    }
  }

  // ---- operands

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

  // ---- what several encodings do

  /** Sixteen codes of activations, twice. */
  void twice(Vec target, int offset) {
    code.op(VBROADCASTI128, target, codes(offset));
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

}
