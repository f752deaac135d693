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
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VHADDPS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes functions that multiply strips of {@link #ROWS} weight rows with float activations. Lanes are columns: lane l of a sum adds
 * the columns l, l + 8, l + 16, … in this order, fused, and {@link #reduce} adds the lanes in a fixed tree; so a result has the
 * same bits whether its activation row is computed alone or in a tile. Columns are a multiple of eight.
 */
final class FloatEmitter extends Emitter {
  /** Columns of a vector. */
  static final int LANES = 8;

  /** Activation rows of a tile. */
  static final int TILE = 3;

  /** Weight rows of a tile: as many sums as leave four registers. */
  private static final int TILE_ROWS = 4;

  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final List<Gp> X = List.of(RCX, RDX, RAX);
  private static final List<Gp> W = List.of(R11, R12, R13, R14);
  private static final Vec WEIGHTS = ymm(15);

  private final FloatFormat format;

  private FloatEmitter(FloatFormat format) {
    this.format = format;
  }

  // ---- one activation row

  /**
   * The function for one activation row.
   *
   * <pre>
   *   for each strip of weight rows         R8 is the first row, RSI where its results go
   *     for each eight columns              R13 and R14 in rows 0 and 4, RCX in the activations, RBX their end
   * </pre>
   *
   * <p>The processor sees by itself which memory comes next: to ask for it made this slower.
   */
  static byte[] one(FloatFormat format) {
    return new FloatEmitter(format).one();
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
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    for (int row = 0; row < ROWS; row++) {
      code.op(VPXOR, ymm(row), ymm(row), ymm(row));
    }
    int next = code.here();
    Vec x = ymm(ROWS);
    code.op(VMOVUPS, x, Mem.at(RCX, 0));
    for (int row = 0; row < ROWS; row++) {
      format.load(code, WEIGHTS, row(row, 0));
      code.op(VFMADD231PS, ymm(row), WEIGHTS, x);
    }
    int bytes = LANES * format.bytes;
    code.add(R13, bytes);
    code.add(R14, bytes);
    code.add(RCX, VECTOR);
    code.cmp(RCX, RBX);
    code.jump(Assembler.Condition.BELOW, next);
    reduce();
    code.store(Mem.at(RSI, 0), ymm(0));
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  /** The sums of the lanes of registers 0 to 7, in this order, in register 0. */
  private void reduce() {
    for (int distance = 1; distance < LANES / 2; distance *= 2) {
      for (int i = 0; i < LANES; i += 2 * distance) {
        code.op(VHADDPS, ymm(i), ymm(i), ymm(i + distance));
      }
    }
    Vec low = ymm(0);
    Vec high = ymm(LANES / 2);
    code.op(VPERM2I128, ymm(1), low, high, LOW_HALVES);
    code.op(VPERM2I128, ymm(2), low, high, HIGH_HALVES);
    code.op(VADDPS, low, ymm(1), ymm(2));
  }

  // ---- many activation rows

  /**
   * The function that adds the products of some columns to the sums of a tile of activation rows, {@code
   * [strip][activation row][ROWS]} vectors, or begins them.
   *
   * <pre>
   *   for each four weight rows             R8 is the first one, RSI the first sum
   *     for each eight columns              RBP columns so far, RBX of how many; R11 to R14 weight rows; RCX, RDX, RAX activations
   * </pre>
   */
  static byte[] tile(FloatFormat format, boolean areFirst) {
    return new FloatEmitter(format).tile(areFirst);
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
    for (int first = 0; first < ROWS; first += TILE_ROWS) {
      rows(first, areFirst);
    }
    code.add(RSI, TILE * ROWS * VECTOR);
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
      code.op(VMOVUPS, x(token), Mem.at(X.get(token), RBP, Float.BYTES, 0));
    }
    for (int row = 0; row < TILE_ROWS; row++) {
      format.load(code, WEIGHTS, Mem.at(W.get(row), RBP, format.bytes, 0));
      for (int token = 0; token < TILE; token++) {
        code.op(VFMADD231PS, sum(token, row), WEIGHTS, x(token));
      }
    }
    code.add(RBP, LANES);
    code.cmp(RBP, RBX);
    code.jump(Assembler.Condition.BELOW, next);
    for (int token = 0; token < TILE; token++) {
      for (int row = 0; row < TILE_ROWS; row++) {
        code.store(sumAt(token, first + row), sum(token, row));
      }
    }
  }

  private static Mem sumAt(int token, int row) {
    return Mem.at(RSI, (token * ROWS + row) * VECTOR);
  }

  private static Vec x(int token) {
    return ymm(TILE * TILE_ROWS + token);
  }

  /** The function that reduces the sums of a tile to results: RSI is a strip's first sum, RCX where its results go. */
  static byte[] results() {
    return new FloatEmitter(FloatFormat.F32).reduced();
  }

  private byte[] reduced() {
    enter();
    code.mov(RSI, Mem.at(RDI, Arguments.X));
    code.mov(RCX, Mem.at(RDI, Arguments.OUT));
    code.mov(R9, Mem.at(RDI, Arguments.OUT_STRIDE));
    int strip = code.here();
    code.mov(RDX, RCX);
    for (int token = 0; token < TILE; token++) {
      for (int row = 0; row < ROWS; row++) {
        code.op(VMOVUPS, ymm(row), sumAt(token, row));
      }
      reduce();
      code.store(Mem.at(RDX, 0), ymm(0));
      code.add(RDX, R9);
    }
    code.add(RSI, TILE * ROWS * VECTOR);
    code.add(RCX, VECTOR);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }
}
