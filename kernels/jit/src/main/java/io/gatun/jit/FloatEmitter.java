package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R11;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VADDPS;
import static io.gatun.jit.Op.VCVTNE2PS2BF16;
import static io.gatun.jit.Op.VHADDPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Op.VSHUFF32X4;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes functions that multiply strips of weight rows, as many as a vector has lanes, with float activations. Lanes are
 * columns: lane l of n of a sum adds the columns l, l + n, l + 2·n, … in this order, fused (with {@link
 * FloatFormat#BF16_PAIRS} the pairs of columns l, l + n, …, each as the processor's dot product does), and {@link #reduce}
 * adds the lanes in a fixed tree; so a result has the same bits whether its activation row is computed alone or in a tile.
 * Columns are a multiple of a vector's.
 */
final class FloatEmitter extends Emitter {
  /** Activation rows of a tile. */
  static final int TILE = 3;

  /** Weight rows of a tile: as many sums as leave four registers. */
  private static final int TILE_ROWS = 4;

  private static final int LANES_OF_QUARTER = 4;
  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final int EVEN_QUARTERS = 0x88;
  private static final int ODD_QUARTERS = 0xDD;
  private static final List<Gp> X = List.of(RCX, RDX, RAX);
  private static final List<Gp> W = List.of(R11, R12, R13, R14);
  private static final Vec WEIGHTS = ymm(15);

  private final FloatFormat format;
  private final int lanes;
  private final int columns;
  private final int vector;

  private FloatEmitter(FloatFormat format, Isa isa) {
    super(isa);
    this.format = format;
    this.lanes = isa.lanes();
    this.columns = format.columns(isa);
    this.vector = isa.bytes();
  }

  // ---- one activation row

  /**
   * The function for one activation row.
   *
   * <pre>
   *   for each strip of weight rows         R8 is the first row, RSI where its results go
   *     for each vector of columns          RCX in the activations, RBX their end
   * </pre>
   *
   * <p>The processor sees by itself which memory comes next: to ask for it made this slower.
   */
  static byte[] one(FloatFormat format, Isa isa) {
    return new FloatEmitter(format, isa).one();
  }

  private byte[] one() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    code.mov(RDX, Mem.at(RDI, Arguments.X));
    code.mov(RBX, Mem.at(RDI, Arguments.X_END));
    int strip = code.here();
    code.mov(RCX, RDX);
    enterRows();
    for (int row = 0; row < lanes; row++) {
      code.op(VPXOR, ymm(row), ymm(row), ymm(row));
    }
    int next = code.here();
    Vec x = ymm(lanes);
    Vec weights = ymm(lanes + 1);
    code.op(VMOVUPS, x, Mem.at(RCX, 0));
    for (int row = 0; row < lanes; row++) {
      format.load(code, weights, row(row, 0));
      code.op(format.product, ymm(row), weights, x);
    }
    nextInRows(columns * format.bytes);
    code.add(RCX, vector);
    code.cmp(RCX, RBX);
    code.jump(Assembler.Condition.BELOW, next);
    leaveRows();
    reduce();
    code.store(Mem.at(RSI, 0), ymm(0));
    addRows(R8, R8);
    code.add(RSI, vector);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  /** The sums of the lanes of registers 0 to n − 1, in this order, in register 0. */
  private void reduce() {
    for (int distance = 1; distance < lanes; distance *= 2) {
      for (int i = 0; i < lanes; i += 2 * distance) {
        if (distance < LANES_OF_QUARTER) {
          code.op(VHADDPS, ymm(i), ymm(i), ymm(i + distance));
        } else {
          addQuarters(ymm(i), ymm(i + distance));
        }
      }
    }
  }

  /** Adds neighbouring 128 bits of two vectors, as {@link Op#VHADDPS} adds lanes. Changes registers 1 and 2. */
  private void addQuarters(Vec sums, Vec others) {
    boolean areHalves = isa.bits == 256;
    Op op = areHalves ? VPERM2I128 : VSHUFF32X4;
    code.op(op, ymm(1), sums, others, areHalves ? LOW_HALVES : EVEN_QUARTERS);
    code.op(op, ymm(2), sums, others, areHalves ? HIGH_HALVES : ODD_QUARTERS);
    code.op(VADDPS, sums, ymm(1), ymm(2));
  }

  // ---- many activation rows

  /**
   * The function that adds the products of some columns to the sums of a tile of activation rows, {@code
   * [strip][activation row][weight row]} vectors, or begins them.
   *
   * <pre>
   *   for each four weight rows             R8 is the first one, RSI the first sum
   *     for each vector of columns          RBP columns so far, RBX of how many; R11 to R14 weight rows;
   *                                         RCX, RDX, RAX activations
   * </pre>
   */
  static byte[] tile(FloatFormat format, boolean areFirst, Isa isa) {
    return new FloatEmitter(format, isa).tile(areFirst);
  }

  private byte[] tile(boolean areFirst) {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    code.mov(RBX, Mem.at(RDI, Arguments.COLUMNS));
    code.mov(RCX, Mem.at(RDI, Arguments.X));
    code.mov(RBP, Mem.at(RDI, Arguments.X_STRIDE));
    code.lea(RDX, Mem.at(RCX, RBP, 1, 0));
    code.lea(RAX, Mem.at(RCX, RBP, 2, 0));
    int strip = code.here();
    for (int first = 0; first < lanes; first += TILE_ROWS) {
      rows(first, areFirst);
    }
    code.add(RSI, TILE * lanes * vector);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  private static Vec sum(int token, int row) {
    return ymm(token * TILE_ROWS + row);
  }

  /** Four weight rows and all activation rows of the tile. */
  private void rows(int first, boolean areFirst) {
    for (Gp row : W) {
      code.mov(row, R8);
      code.add(R8, R9);
    }
    for (int token = 0; token < TILE; token++) {
      for (int row = 0; row < TILE_ROWS; row++) {
        Vec sum = sum(token, row);
        if (areFirst) {
          code.op(VPXOR, sum, sum, sum);
        } else {
          code.op(VMOVUPS, sum, sumAt(token, first + row));
        }
      }
    }
    code.clear(RBP);
    int next = code.here();
    for (int token = 0; token < TILE; token++) {
      code.op(VMOVUPS, x(token), Mem.at(X.get(token), RBP, format.xBytes, 0));
    }
    for (int row = 0; row < TILE_ROWS; row++) {
      format.load(code, WEIGHTS, Mem.at(W.get(row), RBP, format.bytes, 0));
      for (int token = 0; token < TILE; token++) {
        code.op(format.product, sum(token, row), WEIGHTS, x(token));
      }
    }
    code.add(RBP, columns);
    code.cmp(RBP, RBX);
    code.jump(Assembler.Condition.BELOW, next);
    for (int token = 0; token < TILE; token++) {
      for (int row = 0; row < TILE_ROWS; row++) {
        code.store(sumAt(token, first + row), sum(token, row));
      }
    }
  }

  private Mem sumAt(int token, int row) {
    return Mem.at(RSI, (token * lanes + row) * vector);
  }

  private static Vec x(int token) {
    return ymm(TILE * TILE_ROWS + token);
  }

  /**
   * The function that reduces the sums of a tile to results: RSI is a strip's first sum, RCX where its results go.
   *
   * @param tokens activation rows of the tile
   */
  static byte[] results(int tokens, Isa isa) {
    return new FloatEmitter(FloatFormat.F32, isa).reduced(tokens);
  }

  private byte[] reduced(int tokens) {
    enter();
    code.mov(RSI, Mem.at(RDI, Arguments.X));
    code.mov(RCX, Mem.at(RDI, Arguments.OUT));
    code.mov(R9, Mem.at(RDI, Arguments.OUT_STRIDE));
    int strip = code.here();
    code.mov(RDX, RCX);
    for (int token = 0; token < tokens; token++) {
      for (int row = 0; row < lanes; row++) {
        code.op(VMOVUPS, ymm(row), sumAt(token, row));
      }
      reduce();
      code.store(Mem.at(RDX, 0), ymm(0));
      code.add(RDX, R9);
    }
    code.add(RSI, tokens * lanes * vector);
    code.add(RCX, vector);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  // ---- rounding

  /**
   * The function that rounds {@link Arguments#COLUMNS} values at {@link Arguments#X}, a multiple of twice the lanes, to the
   * nearest bf16, ties to even, at {@link Arguments#OUT}, which may be the same place. Subnormal numbers become 0. Needs
   * AVX512_BF16.
   */
  static byte[] rounding(FloatFormat format, Isa isa) {
    return new FloatEmitter(format, isa).rounding();
  }

  private byte[] rounding() {
    enter();
    code.mov(RSI, Mem.at(RDI, Arguments.X));
    code.mov(RCX, Mem.at(RDI, Arguments.OUT));
    code.mov(RBX, Mem.at(RDI, Arguments.COLUMNS));
    code.clear(RBP);
    int next = code.here();
    format.load(code, ymm(0), Mem.at(RSI, RBP, format.bytes, 0));
    format.load(code, ymm(1), Mem.at(RSI, RBP, format.bytes, lanes * format.bytes));
    code.op(VCVTNE2PS2BF16, ymm(0), ymm(1), ymm(0));
    code.store(Mem.at(RCX, RBP, Short.BYTES, 0), ymm(0));
    code.add(RBP, 2 * lanes);
    code.cmp(RBP, RBX);
    code.jump(Assembler.Condition.BELOW, next);
    return leave();
  }
}
