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
import static io.gatun.jit.Op.VPABSB;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPADDW;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes the function that multiplies strips of {@link #ROWS} weight rows with many activation rows, {@link #TILE} at a time. All
 * of a strip is decoded into a panel first, which is read in order and stays in the cache while it meets the activations.
 *
 * <pre>
 *   panel, for each run of 32 columns:   u8 or i8 [8 quads of columns][ROWS][4], then f32 factors [..][ROWS]
 *
 *   for each strip of weight rows                 R8 is the first row, RSI where its results go
 *     for each block                              R13 and R14 in rows 0 and 4, RBP in the panel
 *     for each tile of activation rows            RAX are left; R12 results
 *       for each run of 32 columns                RBP in the panel; R13 codes, R14 scales, R15 and R11
 *                                                 corrections of activation row 0
 * </pre>
 *
 * <p>In a tile R9 and R10 are 1 and 3 times the bytes from row to row of the codes, RDX and RBX the same for scales and for
 * corrections.
 */
final class PanelEmitter extends Emitter {
  /** Activation rows of a tile. */
  static final int TILE = 4;

  /** Quads of columns of a run. */
  static final int QUADS = 8;

  /** Where the factors of a run begin: bytes after its codes. */
  static final int FACTORS = QUADS * VECTOR;

  /** Vectors of the panel, or the first one and the magnitudes of its codes in the last register. */
  private static final List<Vec> WEIGHTS = List.of(ymm(8), ymm(9), ymm(10), ymm(11));

  private static final Vec X = ymm(12);
  private static final Vec FREE = ymm(13);
  private static final Vec ONE_EACH = ymm(15);

  private final BlockCode block;
  private final Shape shape;

  private PanelEmitter(BlockCode block) {
    this.block = block;
    this.shape = block.shape();
  }

  static byte[] function(BlockCode block) {
    return new PanelEmitter(block).emit();
  }

  private byte[] emit() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    if (shape.hasCorrections()) {
      corrections();
    }
    int strip = code.here();
    panel();
    tiles();
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  /**
   * What does not depend on weights is computed once for all strips, of all activation rows as one array, eight runs at a time:
   * xscale · Σx where the encoding has minimums, and else −center · Σx; an array for each group of a run.
   */
  private void corrections() {
    code.mov(R13, Mem.at(RDI, Arguments.SUMS));
    code.mov(R14, Mem.at(RDI, Arguments.SCALES));
    code.mov(R15, Mem.at(RDI, Arguments.CORRECTIONS));
    code.mov(R12, Mem.at(RDI, Arguments.CORRECTIONS_BYTES));
    code.mov(RAX, R12);
    code.add(RAX, -VECTOR);
    code.clear(RBP);
    int next = code.here();
    eightCorrections();
    code.add(RBP, VECTOR);
    code.cmp(RBP, RAX);
    code.jump(Assembler.Condition.BELOW, next);
    code.mov(RBP, RAX);
    eightCorrections();
  }

  private void eightCorrections() {
    code.lea(RCX, Mem.at(R15, RBP, 1, 0));
    for (int group = 0; group < shape.groupsOfRun(); group++) {
      code.op(VMOVDQU, FREE, Mem.at(R13, RBP, 1, 0));
      code.op(VPMADDWD, FREE, FREE, sumFactors(group));
      if (shape.hasMinimums()) {
        code.op(VCVTDQ2PS, FREE, FREE);
        code.op(VMULPS, FREE, FREE, Mem.at(R14, RBP, 1, 0));
      }
      code.store(Mem.at(RCX, 0), FREE);
      code.add(RCX, R12);
    }
  }

  /** By which the two sums of a run are multiplied for a group: one factor for both, or for one of them. */
  private Literal sumFactors(int group) {
    return pairs(shape.hasMinimums() ? 1 : -shape.center(), shape, group);
  }

  private void panel() {
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(R13, R8);
    code.lea(R14, Mem.at(R8, R9, 4, 0));
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    block.prepare(this);
    int next = code.here();
    pack();
    code.add(R13, shape.bytes());
    code.add(R14, shape.bytes());
    code.add(RBP, shape.runs() * shape.panelBytes());
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, next);
  }

  private void tiles() {
    code.mov(R9, Mem.at(RDI, Arguments.CODE_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RDX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.lea(RBX, Mem.at(RDX, RDX, 2, 0));
    code.mov(R13, Mem.at(RDI, Arguments.CODES));
    code.mov(R14, Mem.at(RDI, Arguments.SCALES));
    code.mov(R15, Mem.at(RDI, Arguments.CORRECTIONS));
    code.mov(R11, R15);
    code.add(R11, Mem.at(RDI, Arguments.CORRECTIONS_BYTES));
    code.mov(RAX, Mem.at(RDI, Arguments.TOKENS));
    code.mov(R12, RSI);
    code.op(VMOVDQU, ONE_EACH, ONES);
    int tile = code.here();
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    for (int token = 0; token < TILE; token++) {
      code.op(VPXOR, sum(token), sum(token), sum(token));
    }
    int next = code.here();
    for (int group = 0; group < shape.groupsOfRun(); group++) {
      tile(group);
    }
    code.add(R13, QUADS * Integer.BYTES);
    code.add(R14, Float.BYTES);
    code.add(R15, Float.BYTES);
    code.add(R11, Float.BYTES);
    code.add(RBP, shape.panelBytes());
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, next);
    results();
    code.add(R13, Mem.at(RDI, Arguments.CODE_SKIP));
    code.add(R14, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(R15, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(R11, Mem.at(RDI, Arguments.SCALE_SKIP));
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

  /** A quad of columns of the run that a tile is at. */
  private static Mem quad(int quad) {
    return Mem.at(RBP, quad * VECTOR);
  }

  /** A factor of the run that a tile is at. */
  private static Mem factor(int factor) {
    return Mem.at(RBP, FACTORS + factor * VECTOR);
  }

  /** Where the factors of a run's groups are: the scale, and then what {@link Shape#minimums} says. */
  private Mem factor(int group, boolean isMinimum) {
    int factor = group % shape.groupsOfRun() + (isMinimum ? shape.groupsOfRun() : 0);
    return Mem.at(RBP, group / shape.groupsOfRun() * shape.panelBytes() + FACTORS + factor * VECTOR);
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
  private Mem codes(int token, int quad) {
    return strided(R13, token, R9, R10, quad * Integer.BYTES);
  }

  private Mem xScale(int token) {
    return strided(R14, token, RDX, RBX, 0);
  }

  private Mem correction(int token, int group) {
    return strided(group == 0 ? R15 : R11, token, RDX, RBX, 0);
  }

  /** The sums of an activation row, which grow: registers 0 to 3. */
  private static Vec sum(int token) {
    return ymm(token);
  }

  /** The dots of an activation row: registers 4 to 7. */
  private static Vec dot(int token) {
    return ymm(TILE + token);
  }

  // ---- the panel

  /** Decodes a block of each row. */
  private void pack() {
    block.factors(this);
    for (int group = 0; group < shape.groups(); group++) {
      copy(scale(group), factor(group, false));
      if (shape.hasMinimums()) {
        copy(minimum(group), factor(group, true));
      }
    }
    int first = block.registers() + 1;
    List<Vec> quads = registers(first);
    List<Vec> free = registers(first + quads.size());
    for (int part = 0; part < block.parts().size(); part++) {
      List<Integer> slices = block.parts().get(part);
      for (int k = 0; k < slices.size(); k++) {
        for (int i = 0; i < quads.size(); i++) {
          block.load(this, i, part);
          block.codes(this, part, k, quads.get(i), free.getFirst());
        }
        transpose(quads, free);
        int start = slices.get(k) / 2 * shape.panelBytes() + slices.get(k) % 2 * quads.size() * VECTOR;
        for (int i = 0; i < quads.size(); i++) {
          code.store(Mem.at(RBP, start + i * VECTOR), quads.get(i));
        }
      }
    }
  }

  private static List<Vec> registers(int first) {
    return List.of(ymm(first), ymm(first + 1), ymm(first + 2), ymm(first + 3));
  }

  private void copy(Mem source, Mem target) {
    code.op(VMOVDQU, FREE, source);
    code.store(target, FREE);
  }

  // ---- the tile

  /** Adds the products of a group of the run and a tile of activation rows. */
  private void tile(int group) {
    int quads = shape.group() / Integer.BYTES;
    int together = shape.quadsInWord();
    for (int quad = 0; quad < quads; quad += together) {
      if (together == QUADS) {
        wholeRun();
      } else {
        products(group * quads + quad, together, quad == 0);
      }
    }
    for (int token = 0; token < TILE; token++) {
      if (shape.center() != 0) {
        code.op(VPBROADCASTD, FREE, correction(token, group));
        code.op(VPADDD, dot(token), dot(token), FREE);
      }
      accumulate(token, group);
      if (shape.hasMinimums()) {
        minimum(token, group);
      }
    }
  }

  /** Dots of all quads of the run, which fit 16-bit lanes; each vector of weights is loaded once. */
  private void wholeRun() {
    Vec w = WEIGHTS.getFirst();
    for (int quad = 0; quad < QUADS; quad++) {
      code.op(VMOVDQU, w, quad(quad));
      for (int token = 0; token < TILE; token++) {
        code.op(VPBROADCASTD, X, codes(token, quad));
        if (quad == 0) {
          code.op(VPMADDUBSW, dot(token), w, X);
        } else {
          code.op(VPMADDUBSW, FREE, w, X);
          code.op(VPADDW, dot(token), dot(token), FREE);
        }
      }
    }
    for (int token = 0; token < TILE; token++) {
      code.op(VPMADDWD, dot(token), dot(token), ONE_EACH);
    }
  }

  /** Adds products of a few quads, which fit 16-bit lanes, to the dots. */
  private void products(int firstQuad, int quads, boolean areFirst) {
    for (int i = 0; i < quads; i++) {
      code.op(VMOVDQU, WEIGHTS.get(i), quad(firstQuad + i));
    }
    Vec magnitudes = WEIGHTS.getLast();
    if (shape.isSigned()) {
      code.op(VPABSB, magnitudes, WEIGHTS.getFirst());
    }
    for (int token = 0; token < TILE; token++) {
      Vec sum = areFirst ? dot(token) : FREE;
      for (int i = 0; i < quads; i++) {
        Vec product = i == 0 ? sum : X;
        code.op(VPBROADCASTD, product, codes(token, firstQuad + i));
        if (shape.isSigned()) {
          code.op(VPSIGNB, product, product, WEIGHTS.get(i));
          code.op(VPMADDUBSW, product, magnitudes, product);
        } else {
          code.op(VPMADDUBSW, product, WEIGHTS.get(i), product);
        }
        if (i > 0) {
          code.op(VPADDW, sum, sum, product);
        }
      }
      code.op(VPMADDWD, sum, sum, ONE_EACH);
      if (!areFirst) {
        code.op(VPADDD, dot(token), dot(token), sum);
      }
    }
  }

  /** {@code sum = fma((float) dot, scale · xscale, sum)}. */
  private void accumulate(int token, int group) {
    code.op(VCVTDQ2PS, dot(token), dot(token));
    code.op(VBROADCASTSS, FREE, xScale(token));
    code.op(VMULPS, FREE, FREE, factor(group));
    code.op(VFMADD231PS, sum(token), dot(token), FREE);
  }

  /** {@code sum = fma(± minimum, xscale · Σx, sum)}. */
  private void minimum(int token, int group) {
    code.op(VBROADCASTSS, FREE, correction(token, group));
    Op op = shape.minimums() == Shape.Minimums.ADDED ? VFMADD231PS : VFNMADD231PS;
    code.op(op, sum(token), FREE, factor(shape.groupsOfRun() + group));
  }
}
