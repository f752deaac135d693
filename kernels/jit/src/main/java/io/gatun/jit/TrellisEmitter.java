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
import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Assembler.Condition;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Writes functions on the tiles of a trellis, for AVX2: the products of a block of weight rows with one activation row,
 * and a panel of rows. {@link Arguments#WEIGHTS} is a tile of the first columns, {@link Arguments#ROW_BYTES} is from
 * there to that of the columns after them, {@link Arguments#STEPS} are pairs of tiles of columns.
 *
 * <p>Eight positions of a tile are two weight rows, o and o + 8, and the columns 2q, 2q + 1, 2q + 8, 2q + 9. So that
 * panels have vectors of columns, four of an even tile are followed by the same four of the odd one: that is the order
 * of activations, which {@link HadamardEmitter} brings them into, and lanes of sums are then those of {@link
 * FloatEmitter}.
 */
final class TrellisEmitter extends Emitter {
  /** Weight rows, and columns, of a tile. */
  static final int TILE = 16;

  /** Tiles of a block of weight rows. */
  private static final int TILES = HadamardEmitter.BLOCK / TILE;

  /** Weight rows in the first half of a position's lanes, and vectors of columns. */
  private static final int OUTPUTS = TILE / 2;

  private static final int VECTORS = 4;
  private static final int HALF = VECTOR / 2;
  private static final int PAIR_BYTES = 2 * TILE * Float.BYTES;

  private static final int LINE = 64;
  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final Vec SUM = ymm(4);

  private final TrellisCode format;

  private TrellisEmitter(TrellisCode format) {
    super(Isa.AVX2);
    this.format = format;
  }

  // ---- one activation row

  /**
   * The function that adds the products of one activation row to the sums of a block of weight rows, {@code [weight
   * row]} vectors, which are 0 before.
   *
   * <pre>
   *   for each pair of tiles of columns     R8 is the first tile, RCX the activations, RBX pairs that are left
   *     for each of the two
   *       for each tile of weight rows      RSI is the tile, RAX its sums, R12 their end; R11 is from tiles
   *                                         to those that are asked for ahead
   * </pre>
   */
  static byte[] sums(TrellisCode format) {
    return new TrellisEmitter(format).sums();
  }

  private byte[] sums() {
    begin();
    code.mov(RCX, Mem.at(RDI, Arguments.X));
    code.lea(R11, Mem.at(R9, R9, 1, 0));
    code.lea(R12, Mem.at(RDX, TILES * TILE * VECTOR));
    int pair = code.here();
    for (int half = 0; half < 2; half++) {
      addTiles(half);
      code.add(R8, R9);
    }
    code.add(RCX, PAIR_BYTES);
    code.dec(RBX);
    code.jump(Condition.NOT_ZERO, pair);
    join();
    return leave();
  }

  private void begin() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.mov(RBX, Mem.at(RDI, Arguments.STEPS));
    code.mov(RDX, Mem.at(RDI, Arguments.OUT));
    format.prepare(code);
  }

  /** A row of tiles: those of even columns in the first half of sums, of odd ones in the second. */
  private void addTiles(int half) {
    for (int q = 0; q < VECTORS; q++) {
      code.op(Op.VBROADCASTI128, SUM, Mem.at(RCX, q * VECTOR + half * HALF));
      code.store(room(q), SUM);
    }
    code.mov(RSI, R8);
    code.mov(RAX, RDX);
    int tile = code.here();
    for (int line = 0; line < format.tileBytes(); line += LINE) {
      code.prefetch(Mem.at(RSI, R11, 1, line));
    }
    for (int o = 0; o < OUTPUTS; o++) {
      Mem sum = Mem.at(RAX, sum(half, o));
      code.op(Op.VMOVUPS, SUM, sum);
      for (int q = 0; q < VECTORS; q++) {
        if (q % TrellisCode.TOGETHER == 0) {
          format.load(code, RSI, o * VECTORS + q);
        }
        code.op(Op.VFMADD231PS, SUM, TrellisCode.floats(q % TrellisCode.TOGETHER), room(q));
      }
      code.store(sum, SUM);
    }
    code.add(RSI, format.tileBytes());
    code.add(RAX, TILE * VECTOR);
    code.cmp(RAX, R12);
    code.jump(Condition.BELOW, tile);
  }

  private static int sum(int half, int o) {
    return (half * OUTPUTS + o) * VECTOR;
  }

  /** Makes lanes 0 to 3 those of even tiles, for weight rows one after the other. */
  private void join() {
    code.mov(RAX, RDX);
    int tile = code.here();
    for (int o = 0; o < OUTPUTS; o++) {
      Mem even = Mem.at(RAX, sum(0, o));
      Mem odd = Mem.at(RAX, sum(1, o));
      code.op(Op.VMOVUPS, ymm(0), even);
      code.op(Op.VPERM2I128, ymm(1), ymm(0), odd, LOW_HALVES);
      code.op(Op.VPERM2I128, ymm(0), ymm(0), odd, HIGH_HALVES);
      code.store(even, ymm(1));
      code.store(odd, ymm(0));
    }
    code.add(RAX, TILE * VECTOR);
    code.cmp(RAX, R12);
    code.jump(Condition.BELOW, tile);
  }

  // ---- panel

  /**
   * The function that decodes the weight rows of {@link Arguments#STRIPS} tiles, one after the other.
   *
   * <pre>
   *   for each tile of weight rows          R15 is the first tile, RDX where its rows go
   *     for each pair of tiles of columns   R12 is the tile, R13, R14, R8 and RSI are rows 0, 4, 8 and 12, R9 and R10
   *                                         are 1 and 3 rows, RBX pairs that are left, R11 bytes to the next tile
   * </pre>
   */
  static byte[] panel(TrellisCode format) {
    return new TrellisEmitter(format).panel();
  }

  private byte[] panel() {
    begin();
    code.mov(R15, R8);
    code.mov(R11, R9);
    code.mov(R9, Mem.at(RDI, Arguments.OUT_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    int tile = code.here();
    code.mov(R12, R15);
    code.mov(R13, RDX);
    code.lea(R14, Mem.at(R13, R9, 4, 0));
    addRows(R8, R13);
    addRows(RSI, R14);
    code.mov(RBX, Mem.at(RDI, Arguments.STEPS));
    int pair = code.here();
    for (int half = 0; half < 2; half++) {
      for (int group = 0; group < TrellisCode.GROUPS; group++) {
        int i = group % TrellisCode.TOGETHER;
        if (i == 0) {
          format.load(code, R12, group);
        }
        int o = group / VECTORS;
        int column = group % VECTORS * VECTOR + half * HALF;
        code.store(row(o, column), TrellisCode.floats(i).half());
        code.op(Op.VEXTRACTI128, TrellisCode.floats(i), row(o + OUTPUTS, column), 1);
      }
      code.add(R12, R11);
    }
    nextInRows(PAIR_BYTES);
    code.add(R8, PAIR_BYTES);
    code.add(RSI, PAIR_BYTES);
    code.dec(RBX);
    code.jump(Condition.NOT_ZERO, pair);
    code.add(R15, format.tileBytes());
    addRows(RDX, RDX);
    addRows(RDX, RDX);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Condition.NOT_ZERO, tile);
    return leave();
  }
}
