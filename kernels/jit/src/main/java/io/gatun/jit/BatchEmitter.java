package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R12;
import static io.gatun.jit.Gp.R13;
import static io.gatun.jit.Gp.R14;
import static io.gatun.jit.Gp.R15;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RBP;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VBROADCASTI128;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VCVTDQ2PS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VFNMADD231PS;
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import io.gatun.jit.StripPlan.Sums;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the function that multiplies strips of {@link #ROWS} weight rows, read where they lie, with 2 to {@link #LARGEST}
 * activation rows, each block taken apart once for all of them, with instructions of AVX2. Lanes are weight rows. What is
 * needed of the activations is brought together first, in the order in which it is used:
 *
 * <pre>
 *   of each run of 32 columns:   i8 [2 slices][activation rows][2][16], a slice's columns twice; then of each activation row
 *   f32 scale, for each group of the run xscale · Σx where the encoding has minimums, i32 −center · Σx where it has a center
 *   or Σx where each row has one
 *
 *   for each strip of weight rows                 R8 is the first row, RSI where its results go
 *     for each block                              R13 and R14 in rows 0 and 4, RCX in the activations, which end at RBP
 * </pre>
 *
 * <p>Memory of the next strip is asked for at R15 while this one is computed. R9 and R10 are 1 and 3 times the bytes of
 * a row, RDI the {@link Arguments}; RBX, R11 and R12 are the encoding's. The calling convention is System V's for
 * x86-64.
 */
final class BatchEmitter extends Emitter {
  /** Activation rows, at most. */
  static final int LARGEST = 4;

  private final BlockCode block;
  private final Shape shape;
  private final int tokens;
  private final NextStrip nextStrip;
  private final RowSums rows;

  /** The codes of a group's slices for two rows, or their signs. */
  private final List<Vec> codes;

  private final List<Vec> magnitudes;
  private final Vec free;

  /** Of each activation row. */
  private final List<Sums> sums = new ArrayList<>();

  private final int lastRegister;

  /** The part that is loaded. */
  private int loaded;

  private BatchEmitter(BlockCode block, int tokens) {
    super(Isa.AVX2);
    this.block = block;
    this.shape = block.stripShape();
    this.tokens = tokens;
    this.nextStrip = new NextStrip(code, ROWS * shape.bytes());
    this.rows = new RowSums(this, shape);
    int next = block.registers() + 1;
    codes = registers(next, shape.slicesOfGroup());
    next += codes.size();
    magnitudes = registers(next, shape.isSigned() ? shape.slicesOfGroup() : 0);
    next += magnitudes.size();
    free = ymm(next++);
    Vec odd = ymm(next++);
    for (int token = 0; token < tokens; token++) {
      sums.add(new Sums(ymm(next++), ymm(next++), odd));
    }
    lastRegister = next - 1;
  }

  private static List<Vec> registers(int first, int count) {
    var registers = new ArrayList<Vec>();
    for (int i = 0; i < count; i++) {
      registers.add(ymm(first + i));
    }
    return List.copyOf(registers);
  }

  /** How many activation rows there are registers for, at most {@link #LARGEST}. */
  static int largest(BlockCode block) {
    int tokens = LARGEST;
    while (new BatchEmitter(block, tokens).lastRegister >= Isa.AVX2.registers) {
      tokens--;
    }
    return tokens;
  }

  /** @param tokens activation rows, 2 to {@link #largest} */
  static byte[] function(BlockCode block, int tokens) {
    return new BatchEmitter(block, tokens).emit();
  }

  private byte[] emit() {
    enter();
    activations();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    block.prepare(this);
    int strip = code.here();
    code.op(VPXOR, free, free, free);
    for (int token = 0; token < tokens; token++) {
      code.store(sum(token), free);
    }
    addRows(R15, R8);
    enterRows();
    code.mov(RCX, Mem.at(RDI, Arguments.PANEL));
    int next = code.here();
    block.factors(this);
    for (int group = 0; group < shape.groups(); group++) {
      dots(group);
      for (int token = 0; token < tokens; token++) {
        accumulate(token, group);
      }
    }
    nextStrip.advance();
    nextInRows(shape.bytes());
    code.add(RCX, shape.runs() * runBytes());
    code.cmp(RCX, RBP);
    code.jump(Assembler.Condition.BELOW, next);
    code.mov(R12, RSI);
    for (int token = 0; token < tokens; token++) {
      code.op(VMOVDQU, free, sum(token));
      code.store(Mem.at(R12, 0), free);
      code.add(R12, Mem.at(RDI, Arguments.OUT_STRIDE));
    }
    code.lea(R8, Mem.at(R8, R9, 8, 0));
    code.add(RSI, VECTOR);
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  @Override
  void loading() {
    nextStrip.loading();
  }

  // ---- activations

  /** Brings together what is needed of the activations; RBP is their end. */
  private void activations() {
    code.mov(R13, Mem.at(RDI, Arguments.CODES));
    code.mov(R14, Mem.at(RDI, Arguments.SCALES));
    code.mov(R15, Mem.at(RDI, Arguments.SUMS));
    for (int token = 0; token < tokens; token++) {
      code.mov(RCX, R13);
      code.mov(RBP, Mem.at(RDI, Arguments.PANEL));
      code.clear(RDX);
      code.mov(RAX, Mem.at(RDI, Arguments.RUNS_END));
      int next = code.here();
      run(token);
      code.add(RCX, 2 * Shape.SLICE);
      code.add(RBP, runBytes());
      code.add(RDX, Float.BYTES);
      code.cmp(RDX, RAX);
      code.jump(Assembler.Condition.BELOW, next);
      code.add(R13, Mem.at(RDI, Arguments.CODE_STRIDE));
      code.add(R14, Mem.at(RDI, Arguments.SCALE_STRIDE));
      code.add(R15, Mem.at(RDI, Arguments.SCALE_STRIDE));
    }
  }

  private void run(int token) {
    Vec scale = ymm(1);
    Vec values = ymm(2);
    for (int slice = 0; slice < 2; slice++) {
      code.op(VBROADCASTI128, values, Mem.at(RCX, Shape.SLICE * slice));
      code.store(Mem.at(RBP, slice(token, slice)), values);
    }
    code.op(VPBROADCASTD, scale, Mem.at(R14, RDX, 1, 0));
    code.storeLow(Mem.at(RBP, scale(token, 0)), scale);
    for (int group = 0; group < correctionsOfRun(); group++) {
      code.op(VPBROADCASTD, values, Mem.at(R15, RDX, 1, 0));
      code.op(VPMADDWD, values, values, pairs(shape.hasMinimums() ? 1 : -shape.center(), shape, group));
      if (shape.addsMinimums()) {
        code.op(VCVTDQ2PS, values, values);
        code.op(VMULPS, values, values, scale);
      }
      code.storeLow(Mem.at(RBP, correction(token, group)), values);
    }
  }

  private int correctionsOfRun() {
    return shape.hasCorrections() ? shape.groupsOfRun() : 0;
  }

  private int factorsOfRun() {
    return Float.BYTES * (1 + correctionsOfRun());
  }

  private int runBytes() {
    return tokens * (2 * VECTOR + factorsOfRun());
  }

  /** Where a slice of a block's activations is. */
  private int slice(int token, int slice) {
    return slice / 2 * runBytes() + (slice % 2 * tokens + token) * VECTOR;
  }

  /** Where the scale of a block's run is. */
  private int scale(int token, int run) {
    return run * runBytes() + 2 * tokens * VECTOR + token * factorsOfRun();
  }

  /** Where what corrects the dot of a group is. */
  private int correction(int token, int group) {
    return scale(token, group / shape.groupsOfRun()) + Float.BYTES * (1 + group % shape.groupsOfRun());
  }

  // ---- products

  /** The sum of an activation row, which grows. */
  private Mem sum(int token) {
    return room(2 * LARGEST_GROUPS + token);
  }

  /** The dots of a group, in {@link Sums#low}. */
  private void dots(int group) {
    for (int i = 0; i < ROWS / 2; i++) {
      loaded = -1;
      for (int n = 0; n < codes.size(); n++) {
        codes(i, group * codes.size() + n, n);
      }
      for (int token = 0; token < tokens; token++) {
        Vec target = sums.get(token).of(i);
        products(target, 0, slice(token, group * codes.size()));
        for (int n = 1; n < codes.size(); n++) {
          products(free, n, slice(token, group * codes.size() + n));
          rows.add(target, free);
        }
        rows.bringTogether(sums.get(token), i);
      }
    }
  }

  /** Makes the codes of a slice, the {@code n}th of its group. */
  private void codes(int i, int slice, int n) {
    int part = 0;
    while (!block.parts().get(part).contains(slice)) {
      part++;
    }
    if (part != loaded) {
      block.load(this, i, part);
      loaded = part;
    }
    int k = block.parts().get(part).indexOf(slice);
    if (shape.isSigned()) {
      block.magnitudes(this, part, k, codes.get(n), magnitudes.get(n));
    } else {
      block.codes(this, part, k, codes.get(n), free);
    }
  }

  private void products(Vec target, int n, int activations) {
    Mem x = Mem.at(RCX, activations);
    if (shape.isSigned()) {
      code.op(VMOVDQU, target, x);
      code.op(VPSIGNB, target, target, codes.get(n));
      code.op(VPMADDUBSW, target, magnitudes.get(n), target);
    } else {
      code.op(VPMADDUBSW, target, codes.get(n), x);
    }
    rows.begin(target);
  }

  /** {@code sum = fma((float) dot, scale · xscale, sum)}, and {@code sum = fma(± minimum, xscale · Σx, sum)}. */
  private void accumulate(int token, int group) {
    Vec dot = sums.get(token).low();
    Vec sum = codes.getFirst();
    if (shape.hasZeros()) {
      // Σx fits 16 bits, and the upper halves of the integers are 0
      code.op(VPBROADCASTD, free, Mem.at(RCX, correction(token, group)));
      code.op(VPMADDWD, free, free, minimum(group));
      code.op(VPSUBD, dot, dot, free);
    } else if (shape.center() != 0) {
      code.op(VPBROADCASTD, free, Mem.at(RCX, correction(token, group)));
      code.op(VPADDD, dot, dot, free);
    }
    code.op(VCVTDQ2PS, dot, dot);
    code.op(VBROADCASTSS, free, Mem.at(RCX, scale(token, group / shape.groupsOfRun())));
    code.op(VMULPS, free, free, scale(group));
    code.op(VMOVDQU, sum, sum(token));
    code.op(VFMADD231PS, sum, dot, free);
    if (shape.addsMinimums()) {
      code.op(VBROADCASTSS, free, Mem.at(RCX, correction(token, group)));
      code.op(shape.minimums() == Shape.Minimums.ADDED ? VFMADD231PS : VFNMADD231PS, sum, free, minimum(group));
    }
    code.store(sum(token), sum);
  }
}
