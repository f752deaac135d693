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
import static io.gatun.jit.Op.VPDPBUSD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the function that multiplies weight rows with many activation rows, {@link #TILE} at a time. As many rows as
 * {@link #VECTORS} vectors have lanes are decoded into a panel first, strip by strip with instructions of AVX2; it is read in
 * order and stays in the cache while it meets the activations. With dots signed codes are made unsigned by a center.
 *
 * <pre>
 *   panel, of each vector of rows, of each run of 32 columns:   u8 or i8 [8 quads of columns][lanes][4], magnitudes if
 *   they are signed, then f32 factors [..][lanes]
 *
 *   for each panel                                R8 is the first row, RSI where its results go
 *     for each strip of a vector                  RAX is the first row, RCX where the strip begins in the panel
 *       for each block                            R13 and R14 in rows 0 and 4 of a strip, RBP in the panel
 *     for each tile of activation rows            RAX are left; R12 results
 *       for each run of 32 columns                RBP in the panel; R13 codes, R14 scales, R15 and RCX
 *                                                 corrections of activation row 0; R11 from vector to vector of the panel
 * </pre>
 *
 * <p>In a tile R9 and R10 are 1 and 3 times the bytes from row to row of the codes, RDX and RBX the same for scales and
 * for corrections.
 */
final class PanelEmitter extends Emitter {
  /** Activation rows of a tile. */
  static final int TILE = 4;

  /** Vectors of weight rows of a panel, which share what is loaded of the activations. */
  static final int VECTORS = 2;

  /** Quads of columns of a run. */
  static final int QUADS = 8;

  /** Of AVX2, for what is not done in a tile. */
  private static final Vec FREE = ymm(14);

  /** The form of tiles. */
  private final Isa wide;

  /** How blocks are taken apart; none where panels are there before. */
  private final @Nullable BlockCode block;

  private final Shape shape;
  private final Vec correction;
  private final Vec x;
  private final Vec free;
  private final Vec ones;

  private PanelEmitter(@Nullable BlockCode block, Shape shape, Isa isa) {
    super(Isa.AVX2);
    this.wide = isa;
    this.block = block;
    this.shape = shape;
    this.correction = register(12);
    this.x = register(13);
    this.free = register(14);
    this.ones = register(15);
  }

  static byte[] function(BlockCode block, Isa isa) {
    return new PanelEmitter(block, isa.shape(block.shape()), isa).emit();
  }

  /**
   * The function for panels that others have packed: as many as there are strips, one behind the other.
   *
   * @param shape as the {@linkplain Isa#shape form} has it
   */
  static byte[] tiles(Shape shape, Isa isa) {
    return new PanelEmitter(null, shape, isa).emit();
  }

  /** Weight rows of a panel. */
  static int rows(Isa isa) {
    return VECTORS * isa.lanes();
  }

  /** Which eight rows of a panel are packed {@code i}th: the first ones of each vector come before the second ones. */
  static int strip(int i, Isa isa) {
    return i % VECTORS * isa.strips() + i / VECTORS;
  }

  private Vec register(int number) {
    return new Vec(number, wide.bits);
  }

  private byte[] emit() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    if (shape.hasCorrections()) {
      corrections();
    }
    int next = code.here();
    if (block == null) {
      tiles();
      nextPanel();
    } else {
      panel(block);
      tiles();
      code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
      for (int strip = 0; strip < VECTORS * wide.strips(); strip++) {
        code.lea(R8, Mem.at(R8, R9, 8, 0));
      }
    }
    code.add(RSI, VECTORS * wide.bytes());
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, next);
    return leave();
  }

  /**
   * What does not depend on weights is computed once for all strips, of all activation rows as one array, eight runs at
   * a time: xscale · Σx where the encoding has minimums, Σx where rows have centers, and else −center · Σx; an array for
   * each group of a run. Where there are minimums and a center, the second array has −center · Σx.
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
      sums(shape.hasMinimums() ? 1 : -shape.center(), group);
      if (shape.addsMinimums()) {
        code.op(VCVTDQ2PS, FREE, FREE);
        code.op(VMULPS, FREE, FREE, Mem.at(R14, RBP, 1, 0));
      }
      keepCorrections();
    }
    if (shape.addsMinimumsToCentered()) {
      sums(-shape.center(), 0);
      keepCorrections();
    }
  }

  /** The sums of eight runs, or of a group of each, times a factor. */
  private void sums(int factor, int group) {
    code.op(VMOVDQU, FREE, Mem.at(R13, RBP, 1, 0));
    code.op(VPMADDWD, FREE, FREE, pairs(factor, shape, group));
  }

  private void keepCorrections() {
    code.store(Mem.at(RCX, 0), FREE);
    code.add(RCX, R12);
  }

  /** Goes on to the panel behind this one. */
  private void nextPanel() {
    code.mov(R9, Mem.at(RDI, Arguments.PANEL_STRIP));
    for (int argument : List.of(Arguments.PANEL, Arguments.PANEL_FIRST_END)) {
      code.mov(R10, Mem.at(RDI, argument));
      code.lea(R10, Mem.at(R10, R9, VECTORS, 0));
      code.mov(Mem.at(RDI, argument), R10);
    }
  }

  private void panel(BlockCode block) {
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RAX, R8);
    code.mov(RCX, Mem.at(RDI, Arguments.PANEL));
    block.prepare(this);
    int side = code.here();
    code.mov(R13, RAX);
    code.mov(RBP, RCX);
    code.mov(R15, RCX);
    int strip = code.here();
    code.lea(R14, Mem.at(R13, R9, 4, 0));
    code.add(R15, Mem.at(RDI, Arguments.PANEL_STRIP));
    int next = code.here();
    pack(block);
    code.add(R13, shape.bytes());
    code.add(R14, shape.bytes());
    code.add(RBP, shape.runs() * panelBytes());
    code.cmp(RBP, R15);
    code.jump(Assembler.Condition.BELOW, next);
    code.lea(R13, Mem.at(R13, R10, 2, 0));
    code.add(R13, R9); // it had come to row 1
    for (int others = 1; others < wide.strips(); others++) {
      code.lea(R13, Mem.at(R13, R9, 8, 0));
    }
    code.cmp(RBP, Mem.at(RDI, Arguments.PANEL_END));
    code.jump(Assembler.Condition.BELOW, strip);
    code.lea(RAX, Mem.at(RAX, R9, 8, 0));
    code.add(RCX, VECTOR);
    code.mov(R15, Mem.at(RDI, Arguments.PANEL));
    code.add(R15, wide.bytes());
    code.cmp(RCX, R15);
    code.jump(Assembler.Condition.BELOW, side);
  }

  private int panelBytes() {
    return shape.panelBytes(wide.bytes());
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
    if (!wide.hasDots) {
      code.op(VMOVDQU, ones, ONES);
    }
    int tile = code.here();
    code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
    beginSums();
    int next = code.here();
    for (int group = 0; group < shape.groupsOfRun(); group++) {
      tile(group);
    }
    code.add(R13, QUADS * Integer.BYTES);
    code.add(R14, Float.BYTES);
    code.add(R15, Float.BYTES);
    code.add(RCX, Float.BYTES);
    code.add(RBP, panelBytes());
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
      for (int vector = 0; vector < VECTORS; vector++) {
        code.store(Mem.at(R12, vector * wide.bytes()), loadedSum(vector, token));
      }
      code.add(R12, Mem.at(RDI, Arguments.OUT_STRIDE));
    }
  }

  // ---- operands

  /** What a panel's vector of rows has of the run that a tile is at. */
  private static Mem run(int vector, int offset) {
    return vector == 0 ? Mem.at(RBP, offset) : Mem.at(RBP, R11, 1, offset);
  }

  private Mem quad(int vector, int quad) {
    return run(vector, quad * wide.bytes());
  }

  private Mem factor(int vector, int factor) {
    return run(vector, shape.panelCodes(wide.bytes()) + factor * wide.bytes());
  }

  /** Where the factors of a run's groups are: the scale, and then what {@link Shape#minimums} says. */
  private Mem factor(int group, boolean isMinimum) {
    int factor = group % shape.groupsOfRun() + (isMinimum ? shape.groupsOfRun() : 0);
    return Mem.at(RBP, group / shape.groupsOfRun() * panelBytes() + shape.panelCodes(wide.bytes()) + factor * wide.bytes());
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

  private Mem correction(int token, int array) {
    return strided(array == 0 ? R15 : RCX, token, RDX, RBX, 0);
  }

  /** The dots of a vector of rows and an activation row: registers 0 to 7. */
  private Vec dot(int vector, int token) {
    return register(vector * TILE + token);
  }

  /** A quad of columns of the codes. */
  private Vec codesOf(int vector) {
    return register(8 + vector);
  }

  /** The magnitudes of signed codes. */
  private Vec magnitudesOf(int vector) {
    return register(10 + vector);
  }

  /** Whether sums stay in registers, 16 to 23. */
  private boolean areSumsInRegisters() {
    return wide.registers > 16;
  }

  /** The sum of a vector of rows and an activation row, which grows: in its register, or loaded. */
  private Vec loadedSum(int vector, int token) {
    if (areSumsInRegisters()) {
      return register(16 + vector * TILE + token);
    }
    code.op(VMOVDQU, codesOf(vector), sum(vector, token));
    return codesOf(vector);
  }

  /** Where such a sum is if it is in no register. */
  private Mem sum(int vector, int token) {
    return room(2 * LARGEST_GROUPS + vector * TILE + token);
  }

  private void beginSums() {
    if (areSumsInRegisters()) {
      each((vector, token) -> clear(loadedSum(vector, token)));
    } else {
      clear(free);
      each((vector, token) -> code.store(sum(vector, token), free));
    }
  }

  private void clear(Vec target) {
    code.op(VPXOR, target, target, target);
  }

  /** Where a tile keeps dots of which more are to come. */
  private Mem earlier(int vector, int token) {
    return room(2 * LARGEST_GROUPS + (VECTORS + vector) * TILE + token);
  }

  /** What is done for a vector of rows and an activation row of a tile. */
  @FunctionalInterface
  private interface Place {
    void at(int vector, int token);
  }

  private static void each(Place place) {
    for (int token = 0; token < TILE; token++) {
      for (int vector = 0; vector < VECTORS; vector++) {
        place.at(vector, token);
      }
    }
  }

  // ---- the panel

  /** Decodes a block of each row. */
  private void pack(BlockCode block) {
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
        int start = slices.get(k) / 2 * panelBytes() + slices.get(k) % 2 * quads.size() * wide.bytes();
        for (int i = 0; i < quads.size(); i++) {
          if (wide.offsets(block.shape())) {
            code.op(VPXOR, quads.get(i), quads.get(i), SIGNS);
          }
          code.store(Mem.at(RBP, start + i * wide.bytes()), quads.get(i));
          if (shape.isSigned()) {
            code.op(VPABSB, quads.get(i), quads.get(i));
            code.store(Mem.at(RBP, start + (QUADS + i) * wide.bytes()), quads.get(i));
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
    if (wide.hasDots) {
      dots(group, quads);
    } else {
      int together = shape.quadsInWord();
      for (int quad = 0; quad < quads; quad += together) {
        if (together == 1) {
          single(group * quads + quad, quad == 0);
        } else {
          several(group * quads + quad, together, quad == 0);
        }
      }
    }
    for (int token = 0; token < TILE; token++) {
      accumulate(token, group);
    }
  }

  /**
   * The dots of a group, which begin with what its center is worth. Four products of bytes are added to 32 bits at once and
   * nothing saturates: a group's are less than 32 · 255 · 128, which is under 2²¹.
   */
  private void dots(int group, int quads) {
    for (int token = 0; token < TILE; token++) {
      if (shape.center() != 0) {
        code.op(VPBROADCASTD, x, correction(token, shape.addsMinimumsToCentered() ? 1 : group));
      }
      for (int vector = 0; vector < VECTORS; vector++) {
        if (shape.center() != 0) {
          code.op(VMOVDQU, dot(vector, token), x);
        } else {
          clear(dot(vector, token));
        }
      }
    }
    for (int quad = group * quads; quad < (group + 1) * quads; quad++) {
      weights(quad);
      for (int token = 0; token < TILE; token++) {
        code.op(VPBROADCASTD, x, codes(token, quad));
        for (int vector = 0; vector < VECTORS; vector++) {
          code.op(VPDPBUSD, dot(vector, token), codesOf(vector), x);
        }
      }
    }
  }

  /** Adds products of a quad to the dots, pair by pair. */
  private void single(int quad, boolean isFirst) {
    weights(quad);
    for (int token = 0; token < TILE; token++) {
      code.op(VPBROADCASTD, x, codes(token, quad));
      for (int vector = 0; vector < VECTORS; vector++) {
        Vec product = isFirst ? dot(vector, token) : free;
        product(product, vector);
        code.op(VPMADDWD, product, product, ones);
        if (!isFirst) {
          code.op(VPADDD, dot(vector, token), dot(vector, token), product);
        }
      }
    }
  }

  /** Adds products of quads that together fit 16-bit lanes to the dots. */
  private void several(int firstQuad, int quads, boolean areFirst) {
    if (!areFirst) {
      each((vector, token) -> code.store(earlier(vector, token), dot(vector, token)));
    }
    for (int quad = firstQuad; quad < firstQuad + quads; quad++) {
      weights(quad);
      for (int token = 0; token < TILE; token++) {
        code.op(VPBROADCASTD, x, codes(token, quad));
        for (int vector = 0; vector < VECTORS; vector++) {
          Vec dot = dot(vector, token);
          if (quad == firstQuad) {
            product(dot, vector);
          } else {
            product(free, vector);
            code.op(VPADDW, dot, dot, free);
          }
        }
      }
    }
    each(
        (vector, token) -> {
          Vec dot = dot(vector, token);
          code.op(VPMADDWD, dot, dot, ones);
          if (!areFirst) {
            code.op(VPADDD, dot, dot, earlier(vector, token));
          }
        });
  }

  private void weights(int quad) {
    for (int vector = 0; vector < VECTORS; vector++) {
      code.op(VMOVDQU, codesOf(vector), quad(vector, quad));
      if (shape.isSigned()) {
        code.op(VMOVDQU, magnitudesOf(vector), quad(vector, QUADS + quad));
      }
    }
  }

  /** Products of the weights that are loaded and the activations. */
  private void product(Vec target, int vector) {
    if (shape.isSigned()) {
      code.op(VPSIGNB, target, x, codesOf(vector));
      code.op(VPMADDUBSW, target, magnitudesOf(vector), target);
    } else {
      code.op(VPMADDUBSW, target, codesOf(vector), x);
    }
  }

  /** {@code sum = fma((float) dot, scale · xscale, sum)}, and {@code sum = fma(± minimum, xscale · Σx, sum)}. */
  private void accumulate(int token, int group) {
    if (shape.hasMinimums() || (shape.center() != 0 && !wide.hasDots)) {
      code.op(VBROADCASTSS, correction, correction(token, group));
    }
    code.op(VBROADCASTSS, x, xScale(token));
    for (int vector = 0; vector < VECTORS; vector++) {
      Vec dot = dot(vector, token);
      if (shape.hasZeros()) {
        // Σx fits 16 bits, and the upper halves of the integers are 0
        code.op(VPMADDWD, free, correction, factor(vector, shape.groupsOfRun() + group));
        code.op(VPSUBD, dot, dot, free);
      } else if (shape.center() != 0 && !wide.hasDots) {
        code.op(VPADDD, dot, dot, correction);
      }
      code.op(VCVTDQ2PS, dot, dot);
      code.op(VMULPS, free, x, factor(vector, group));
      Vec sum = loadedSum(vector, token);
      code.op(VFMADD231PS, sum, dot, free);
      if (shape.addsMinimums()) {
        Op op = shape.minimums() == Shape.Minimums.ADDED ? VFMADD231PS : VFNMADD231PS;
        code.op(op, sum, correction, factor(vector, shape.groupsOfRun() + group));
      }
      if (!areSumsInRegisters()) {
        code.store(sum(vector, token), sum);
      }
    }
  }
}
