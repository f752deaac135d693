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
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VFNMADD231PS;
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPADDW;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Writes the function that multiplies strips of {@link #ROWS} weight rows with many activation rows, {@link #TILE} at a time. All
 * of a strip is decoded into a panel first, which is read in order and stays in the cache while it meets the activations.
 *
 * <pre>
 *   panel, for each run of 32 columns:   u8 or i8 [8 quads of columns][ROWS][4], then f32 factors [..][ROWS]
 *
 *   for each strip of weight rows                 R11 are left; R8 is the first row, RSI where its results go
 *     for each block                              R13 and R14 in rows 0 and 4, RBP in the panel
 *     for each tile of activation rows            RAX are left; R12 results
 *       for each run of 32 columns                RBP in the panel; R13 codes, R14 scales, R15 sums of activation row 0
 * </pre>
 *
 * <p>In a tile R9 and R10 are 1 and 3 times the bytes from row to row of the codes, RDX and RBX the same for scales and for sums.
 */
final class PanelEmitter extends Emitter {
  /** Activation rows of a tile. */
  static final int TILE = 4;

  /** Quads of columns of a run. */
  static final int QUADS = 8;

  /** Where the factors of a run begin: bytes after its codes. */
  static final int FACTORS = QUADS * VECTOR;

  private static final Vec W = ymm(8);
  private static final Vec X = ymm(9);
  private static final Vec FREE = ymm(10);
  private static final Vec X_SCALE = ymm(11);

  private PanelEmitter() {}

  static byte[] function(BlockCode block) {
    return new PanelEmitter().emit(block);
  }

  private byte[] emit(BlockCode block) {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R11, Mem.at(RDI, Arguments.STRIPS));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    int strip = code.here();
    pack(block);
    tiles(block);
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(R11);
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  private void pack(BlockCode block) {
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    block.constants(this);
    int next = code.here();
    block.pack(this);
    code.add(R13, block.bytes());
    code.add(R14, block.bytes());
    code.add(RBP, block.runs() * block.panelBytes());
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, next);
  }

  private void tiles(BlockCode block) {
    code.mov(R9, Mem.at(RDI, Arguments.CODE_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RDX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.lea(RBX, Mem.at(RDX, RDX, 2, 0));
    code.mov(R13, Mem.at(RDI, Arguments.CODES));
    code.mov(R14, Mem.at(RDI, Arguments.SCALES));
    code.mov(R15, Mem.at(RDI, Arguments.SUMS));
    code.mov(RAX, Mem.at(RDI, Arguments.TOKENS));
    code.mov(R12, RSI);
    block.tileConstants(this);
    int tile = code.here();
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    for (int token = 0; token < TILE; token++) {
      code.op(VPXOR, sum(token), sum(token), sum(token));
    }
    int next = code.here();
    block.tile(this);
    code.add(R13, QUADS * Integer.BYTES);
    code.add(R14, Float.BYTES);
    code.add(R15, 2 * Short.BYTES);
    code.add(RBP, block.panelBytes());
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, next);
    results();
    code.add(R13, Mem.at(RDI, Arguments.CODE_SKIP));
    code.add(R14, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(R15, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(RAX, -TILE);
    code.jump(Assembler.Condition.NOT_ZERO, tile);
  }

  private void results() {
    code.mov(RCX, Mem.at(RDI, Arguments.OUT_STRIDE));
    for (int token = 0; token < TILE; token++) {
      code.store(Mem.at(R12, 0), sum(token));
      code.add(R12, RCX);
    }
  }

  // ---- operands

  /** Bytes of the panel, from the run or the block that it is at. */
  Mem panel(int offset) {
    return Mem.at(RBP, offset);
  }

  /** Where a quad of columns of a run of the block is packed to. */
  Mem quad(BlockCode block, int run, int quad) {
    return panel(run * block.panelBytes() + quad * VECTOR);
  }

  /** Where a factor of a run of the block is packed to. */
  Mem factor(BlockCode block, int run, int factor) {
    return panel(run * block.panelBytes() + FACTORS + factor * VECTOR);
  }

  private static Mem strided(Gp base, int token, Gp stride, Gp three, int offset) {
    return switch (token) {
      case 0 -> Mem.at(base, offset);
      case 1 -> Mem.at(base, stride, 1, offset);
      case 2 -> Mem.at(base, stride, 2, offset);
      default -> Mem.at(base, three, 1, offset);
    };
  }

  /** Four codes of an activation row. */
  Mem codes(int token, int quad) {
    return strided(R13, token, R9, R10, quad * Integer.BYTES);
  }

  private Mem xScale(int token) {
    return strided(R14, token, RDX, RBX, 0);
  }

  private Mem xSums(int token) {
    return strided(R15, token, RDX, RBX, 0);
  }

  /** The sums of an activation row, which grow: registers 0 to 3. */
  static Vec sum(int token) {
    return ymm(token);
  }

  /** The dots of an activation row: registers 4 to 7. */
  static Vec dot(int token) {
    return ymm(TILE + token);
  }

  // ---- what several encodings do

  /** Dots of unsigned codes as pairs of 16-bit lanes, of {@code quads} quads of columns; changes registers 8 to 10. */
  void unsignedDots(int firstQuad, int quads) {
    for (int quad = firstQuad; quad < firstQuad + quads; quad++) {
      code.op(VMOVDQU, W, panel(quad * VECTOR));
      for (int token = 0; token < TILE; token++) {
        code.op(VPBROADCASTD, X, codes(token, quad));
        if (quad == firstQuad) {
          code.op(VPMADDUBSW, dot(token), W, X);
        } else {
          code.op(VPMADDUBSW, FREE, W, X);
          code.op(VPADDW, dot(token), dot(token), FREE);
        }
      }
    }
  }

  /** Adds a constant times one or both sums of the run, as 16-bit {@code factors} say. */
  void center(int token, Vec factors) {
    code.op(VPBROADCASTD, FREE, xSums(token));
    code.op(VPMADDWD, FREE, FREE, factors);
    code.op(VPADDD, dot(token), dot(token), FREE);
  }

  /** {@code sum = fma((float) dot, scale · xscale, sum)}, with a factor of the run; the scale of the activations is kept. */
  void accumulate(int token, int factor) {
    code.op(VCVTDQ2PS, dot(token), dot(token));
    code.op(VBROADCASTSS, X_SCALE, xScale(token));
    code.op(VMULPS, FREE, X_SCALE, panel(FACTORS + factor * VECTOR));
    code.op(VFMADD231PS, sum(token), dot(token), FREE);
  }

  /** {@code sum = fma(−factor, xscale · Σx, sum)}, after {@link #accumulate}. */
  void subtract(int token, int factor, Vec ones) {
    code.op(VPBROADCASTD, FREE, xSums(token));
    code.op(VPMADDWD, FREE, FREE, ones);
    code.op(VCVTDQ2PS, FREE, FREE);
    code.op(VMULPS, FREE, FREE, X_SCALE);
    code.op(VFNMADD231PS, sum(token), FREE, panel(FACTORS + factor * VECTOR));
  }

  /** Copies a vector of the room into the panel. */
  void copy(int room, Mem target) {
    code.op(VMOVDQU, FREE, room(room));
    code.store(target, FREE);
  }
}
