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
 * Writes the function that multiplies weight rows with many activation rows, {@link #TILE} at a time. {@link #STRIPS} strips of
 * {@link #ROWS} rows are decoded into a panel first, which is read in order and stays in the cache while it meets the activations.
 *
 * <pre>
 *   panel, of each strip, of each run of 32 columns:   u8 or i8 [8 quads of columns][ROWS][4], magnitudes if
 *   they are signed, then f32 factors [..][ROWS]
 *
 *   for each panel                                R8 is the first row, RSI where its results go
 *     for each block                              R13 and R14 in rows 0 and 4 of a strip, RBP in the panel
 *     for each tile of activation rows            RAX are left; R12 results
 *       for each run of 32 columns                RBP in the panel; R13 codes, R14 scales, R15 and RCX
 *                                                 corrections of activation row 0; R11 from strip to strip of the panel
 * </pre>
 *
 * <p>In a tile R9 and R10 are 1 and 3 times the bytes from row to row of the codes, RDX and RBX the same for scales and for
 * corrections.
 */
final class PanelEmitter extends Emitter {
  /** Activation rows of a tile. */
  static final int TILE = 4;

  /** Strips of a panel, which share what is loaded of the activations. */
  static final int STRIPS = 2;

  /** Quads of columns of a run. */
  static final int QUADS = 8;

  private static final Vec CORRECTION = ymm(12);
  private static final Vec X = ymm(13);
  private static final Vec FREE = ymm(14);
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
    int next = code.here();
    panel();
    tiles();
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    for (int strip = 0; strip < STRIPS; strip++) {
      code.lea(R8, Mem.at(R8, R9, 8, 0));
    }
    code.add(RSI, STRIPS * VECTOR);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, next);
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
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    code.mov(R15, RBP);
    block.prepare(this);
    int strip = code.here();
    code.lea(R14, Mem.at(R13, R9, 4, 0));
    code.add(R15, Mem.at(RDI, Arguments.PANEL_STRIP));
    int next = code.here();
    pack();
    code.add(R13, shape.bytes());
    code.add(R14, shape.bytes());
    code.add(RBP, shape.runs() * shape.panelBytes());
    code.cmp(RBP, R15);
    code.jump(Assembler.Condition.BELOW, next);
    code.lea(R13, Mem.at(R13, R10, 2, 0));
    code.add(R13, R9); // it had come to row 1
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, strip);
  }

  private void tiles() {
    code.mov(R9, Mem.at(RDI, Arguments.CODE_STRIDE));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RDX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.lea(RBX, Mem.at(RDX, RDX, 2, 0));
    code.mov(R13, Mem.at(RDI, Arguments.CODES));
    code.mov(R14, Mem.at(RDI, Arguments.SCALES));
    code.mov(R15, Mem.at(RDI, Arguments.CORRECTIONS));
    code.mov(RCX, R15);
    code.add(RCX, Mem.at(RDI, Arguments.CORRECTIONS_BYTES));
    code.mov(R11, Mem.at(RDI, Arguments.PANEL_STRIP));
    code.mov(RAX, Mem.at(RDI, Arguments.TOKENS));
    code.mov(R12, RSI);
    code.op(VMOVDQU, ONE_EACH, ONES);
    int tile = code.here();
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    code.op(VPXOR, FREE, FREE, FREE);
    each((strip, token) -> code.store(sum(strip, token), FREE));
    int next = code.here();
    for (int group = 0; group < shape.groupsOfRun(); group++) {
      tile(group);
    }
    code.add(R13, QUADS * Integer.BYTES);
    code.add(R14, Float.BYTES);
    code.add(R15, Float.BYTES);
    code.add(RCX, Float.BYTES);
    code.add(RBP, shape.panelBytes());
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_FIRST_END));
    code.jump(Assembler.Condition.BELOW, next);
    results();
    code.add(R13, Mem.at(RDI, Arguments.CODE_SKIP));
    code.add(R14, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(R15, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(RCX, Mem.at(RDI, Arguments.SCALE_SKIP));
    code.add(RAX, -TILE);
    code.jump(Assembler.Condition.NOT_ZERO, tile);
  }

  private void results() {
    for (int token = 0; token < TILE; token++) {
      for (int strip = 0; strip < STRIPS; strip++) {
        code.op(VMOVDQU, FREE, sum(strip, token));
        code.store(Mem.at(R12, strip * VECTOR), FREE);
      }
      code.add(R12, Mem.at(RDI, Arguments.OUT_STRIDE));
    }
  }

  // ---- operands

  /** A vector of the run that a tile is at, of a strip. */
  private static Mem run(int strip, int offset) {
    return strip == 0 ? Mem.at(RBP, offset) : Mem.at(RBP, R11, 1, offset);
  }

  private static Mem quad(int strip, int quad) {
    return run(strip, quad * VECTOR);
  }

  private Mem factor(int strip, int factor) {
    return run(strip, shape.panelCodes() + factor * VECTOR);
  }

  /** Where the factors of a run's groups are: the scale, and then what {@link Shape#minimums} says. */
  private Mem factor(int group, boolean isMinimum) {
    int factor = group % shape.groupsOfRun() + (isMinimum ? shape.groupsOfRun() : 0);
    return Mem.at(RBP, group / shape.groupsOfRun() * shape.panelBytes() + shape.panelCodes() + factor * VECTOR);
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
    return strided(group == 0 ? R15 : RCX, token, RDX, RBX, 0);
  }

  /** The dots of a strip and an activation row: registers 0 to 7. */
  private static Vec dot(int strip, int token) {
    return ymm(strip * TILE + token);
  }

  /** A quad of columns of a strip's codes. */
  private static Vec codesOf(int strip) {
    return ymm(8 + strip);
  }

  /** The magnitudes of signed codes. */
  private static Vec magnitudesOf(int strip) {
    return ymm(10 + strip);
  }

  /** Where the sums of a strip and an activation row are, which grow. */
  private Mem sum(int strip, int token) {
    return room(2 * LARGEST_GROUPS + strip * TILE + token);
  }

  /** Where a tile keeps dots of which more are to come. */
  private Mem earlier(int strip, int token) {
    return room(2 * LARGEST_GROUPS + (STRIPS + strip) * TILE + token);
  }

  /** What is done for a strip and an activation row of a tile. */
  @FunctionalInterface
  private interface Place {
    void at(int strip, int token);
  }

  private static void each(Place place) {
    for (int token = 0; token < TILE; token++) {
      for (int strip = 0; strip < STRIPS; strip++) {
        place.at(strip, token);
      }
    }
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
          if (shape.isSigned()) {
            code.op(VPABSB, quads.get(i), quads.get(i));
            code.store(Mem.at(RBP, start + (QUADS + i) * VECTOR), quads.get(i));
          }
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
      if (together == 1) {
        single(group * quads + quad, quad == 0);
      } else {
        several(group * quads + quad, together, quad == 0);
      }
    }
    for (int token = 0; token < TILE; token++) {
      accumulate(token, group);
    }
  }

  /** Adds products of a quad to the dots, pair by pair. */
  private void single(int quad, boolean isFirst) {
    weights(quad);
    for (int token = 0; token < TILE; token++) {
      code.op(VPBROADCASTD, X, codes(token, quad));
      for (int strip = 0; strip < STRIPS; strip++) {
        Vec product = isFirst ? dot(strip, token) : FREE;
        product(product, strip);
        code.op(VPMADDWD, product, product, ONE_EACH);
        if (!isFirst) {
          code.op(VPADDD, dot(strip, token), dot(strip, token), product);
        }
      }
    }
  }

  /** Adds products of quads that together fit 16-bit lanes to the dots. */
  private void several(int firstQuad, int quads, boolean areFirst) {
    if (!areFirst) {
      each((strip, token) -> code.store(earlier(strip, token), dot(strip, token)));
    }
    for (int quad = firstQuad; quad < firstQuad + quads; quad++) {
      weights(quad);
      for (int token = 0; token < TILE; token++) {
        code.op(VPBROADCASTD, X, codes(token, quad));
        for (int strip = 0; strip < STRIPS; strip++) {
          Vec dot = dot(strip, token);
          if (quad == firstQuad) {
            product(dot, strip);
          } else {
            product(FREE, strip);
            code.op(VPADDW, dot, dot, FREE);
          }
        }
      }
    }
    each(
        (strip, token) -> {
          Vec dot = dot(strip, token);
          code.op(VPMADDWD, dot, dot, ONE_EACH);
          if (!areFirst) {
            code.op(VPADDD, dot, dot, earlier(strip, token));
          }
        });
  }

  private void weights(int quad) {
    for (int strip = 0; strip < STRIPS; strip++) {
      code.op(VMOVDQU, codesOf(strip), quad(strip, quad));
      if (shape.isSigned()) {
        code.op(VMOVDQU, magnitudesOf(strip), quad(strip, QUADS + quad));
      }
    }
  }

  /** Products of the weights that are loaded and {@link #X}. */
  private void product(Vec target, int strip) {
    if (shape.isSigned()) {
      code.op(VPSIGNB, target, X, codesOf(strip));
      code.op(VPMADDUBSW, target, magnitudesOf(strip), target);
    } else {
      code.op(VPMADDUBSW, target, codesOf(strip), X);
    }
  }

  /** {@code sum = fma((float) dot, scale · xscale, sum)}, and {@code sum = fma(± minimum, xscale · Σx, sum)}. */
  private void accumulate(int token, int group) {
    if (shape.hasCorrections()) {
      code.op(VBROADCASTSS, CORRECTION, correction(token, group));
    }
    code.op(VBROADCASTSS, X, xScale(token));
    for (int strip = 0; strip < STRIPS; strip++) {
      Vec dot = dot(strip, token);
      if (shape.center() != 0) {
        code.op(VPADDD, dot, dot, CORRECTION);
      }
      code.op(VCVTDQ2PS, dot, dot);
      code.op(VMULPS, FREE, X, factor(strip, group));
      Vec sum = codesOf(strip);
      code.op(VMOVDQU, sum, sum(strip, token));
      code.op(VFMADD231PS, sum, dot, FREE);
      if (shape.hasMinimums()) {
        Op op = shape.minimums() == Shape.Minimums.ADDED ? VFMADD231PS : VFNMADD231PS;
        code.op(op, sum, CORRECTION, factor(strip, shape.groupsOfRun() + group));
      }
      code.store(sum(strip, token), sum);
    }
  }
}
