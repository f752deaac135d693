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
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Writes the functions that multiply rows of signed bytes with rows of 16-bit numbers, exactly: a tile of four results at a
 * time or of eight, for as many weight rows as there are.
 *
 * <pre>
 *   for each tile of weight rows       R13 is in the first; RCX where its results go, i32 [weight rows][activation rows]
 *     for each 16 columns              RAX columns so far
 * </pre>
 *
 * <p>R8 and R9 are in activation row 0 and the bytes from row to row, R10 three times as many; R14 and R15 the same of
 * weight rows.
 */
final class ByteDotsEmitter {
  /** Columns of a step. */
  static final int STEP = 16;

  /** Addresses of the first weight row and of the first activation row, and bytes from row to row of both. */
  static final int WEIGHTS = 0;

  static final int WEIGHT_STRIDE = 8;
  static final int X = 16;
  static final int X_STRIDE = 24;

  /** Columns: whole steps, one or more. */
  static final int COLUMNS = 32;

  /** Tiles; counted down. */
  static final int TILES = 40;

  /** Address of the results. */
  static final int OUT = 48;

  static final int END = 64;

  /** Rows of which results are side by side in a vector. */
  private static final int FOUR = 4;

  private static final int HIGH_HALVES = 0x31;
  private static final Vec FREE = ymm(12);

  private final Assembler code = new Assembler();
  private final int rows;
  private final int tokens;

  private ByteDotsEmitter(int rows, int tokens) {
    this.rows = rows;
    this.tokens = tokens;
  }

  /** Four weight rows and an activation row at a time. */
  static byte[] one() {
    return new ByteDotsEmitter(FOUR, 1).emit();
  }

  /** Two weight rows and four activation rows at a time. */
  static byte[] four() {
    return new ByteDotsEmitter(2, FOUR).emit();
  }

  private byte[] emit() {
    Emitter.save(code);
    code.mov(R13, Mem.at(RDI, WEIGHTS));
    code.mov(R14, Mem.at(RDI, WEIGHT_STRIDE));
    code.lea(R15, Mem.at(R14, R14, 2, 0));
    code.mov(R9, Mem.at(RDI, X_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R12, Mem.at(RDI, COLUMNS));
    code.mov(RCX, Mem.at(RDI, OUT));
    int tile = code.here();
    code.mov(R8, Mem.at(RDI, X));
    code.mov(R11, R13);
    code.clear(RAX);
    for (int i = 0; i < rows * tokens; i++) {
      code.op(Op.VPXOR, ymm(i), ymm(i), ymm(i));
    }
    int step = code.here();
    step();
    code.add(R8, STEP * Short.BYTES);
    code.add(R11, STEP);
    code.add(RAX, STEP);
    code.cmp(RAX, R12);
    code.jump(Assembler.Condition.BELOW, step);
    for (int i = 0; i < rows * tokens; i += FOUR) {
      results(i);
    }
    code.lea(R13, Mem.at(R13, R14, rows, 0));
    code.add(RCX, rows * tokens * Integer.BYTES);
    code.dec(Mem.at(RDI, TILES));
    code.jump(Assembler.Condition.NOT_ZERO, tile);
    return Emitter.restore(code);
  }

  /** Adds the products of 16 columns: of a weight row with all activation rows, and then of the next. */
  private void step() {
    for (int row = 0; row < rows; row++) {
      Vec weights = ymm(8 + row % 2);
      code.op(Op.VPMOVSXBW, weights, row(R11, R14, R15, row));
      for (int token = 0; token < tokens; token++) {
        Vec products = ymm(10 + token % 2);
        code.op(Op.VPMADDWD, products, weights, row(R8, R9, R10, token));
        code.op(Op.VPADDD, sum(row, token), sum(row, token), products);
      }
    }
  }

  private Vec sum(int row, int token) {
    return ymm(row * tokens + token);
  }

  private static Mem row(Gp base, Gp stride, Gp three, int row) {
    return switch (row) {
      case 0 -> Mem.at(base, 0);
      case 1 -> Mem.at(base, stride, 1, 0);
      case 2 -> Mem.at(base, stride, 2, 0);
      default -> Mem.at(base, three, 1, 0);
    };
  }

  /** Stores four sums, the lanes of each added up. */
  private void results(int first) {
    Vec sums = ymm(first);
    code.op(Op.VPHADDD, sums, sums, ymm(first + 1));
    code.op(Op.VPHADDD, ymm(first + 2), ymm(first + 2), ymm(first + 3));
    code.op(Op.VPHADDD, sums, sums, ymm(first + 2));
    code.op(Op.VPERM2I128, FREE, sums, sums, HIGH_HALVES);
    code.op(Op.VPADDD, sums, sums, FREE);
    code.store(Mem.at(RCX, first * Integer.BYTES), sums.half());
  }
}
