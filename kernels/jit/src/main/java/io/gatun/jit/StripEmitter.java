package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R12;
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
import static io.gatun.jit.Op.VMOVDQU;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPBROADCASTD;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSUBD;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/**
 * Writes the function that multiplies strips of weight rows, read where they lie, with activation rows.
 * Lanes are weight rows. {@link SliceProducts} writes what is done for a block of each row; here are the loops around
 * it.
 *
 * <pre>
 *   for each strip of weight rows                 R8 is the first row, RSI where its results go
 *     for each activation row                     RCX codes, RDX scales, RAX sums
 *       for each block                            RBP 4 · (runs of activations so far)
 * </pre>
 *
 * <p>Memory of the next strip is asked for at R15 while this one is computed. R9 and R10 are 1 and 3 times the bytes of
 * a row, RDI the {@link Arguments}; RBX, R11 and R12 are the encoding's. The calling convention is System V's for
 * x86-64.
 */
final class StripEmitter extends Emitter {
  /** The sums of a strip: no block may use it for anything else. */
  static final Vec SUM = ymm(0);

  private final BlockCode block;
  private final StripPlan plan;
  private final NextStrip nextStrip;

  private StripEmitter(BlockCode block, Isa isa) {
    super(isa);
    this.block = block;
    this.plan = StripPlan.of(block, isa);
    this.nextStrip = new NextStrip(code, isa.lanes() * block.shape().bytes());
  }

  static byte[] function(BlockCode block, Isa isa) {
    return new StripEmitter(block, isa).emit();
  }

  private byte[] emit() {
    enter();
    code.mov(R8, Mem.at(RDI, Arguments.WEIGHTS));
    code.mov(R9, Mem.at(RDI, Arguments.ROW_BYTES));
    code.lea(R10, Mem.at(R9, R9, 2, 0));
    code.mov(RSI, Mem.at(RDI, Arguments.OUT));
    block.prepare(this);
    plan.constants().forEach((literal, register) -> code.op(VMOVDQU, register, literal));
    int strip = code.here();
    code.mov(R12, Mem.at(RDI, Arguments.TOKENS));
    code.mov(Mem.at(RDI, Arguments.TOKENS_LEFT), R12);
    code.mov(RCX, Mem.at(RDI, Arguments.CODES));
    code.mov(RDX, Mem.at(RDI, Arguments.SCALES));
    code.mov(RAX, Mem.at(RDI, Arguments.SUMS));
    code.mov(Mem.at(RDI, Arguments.RESULT), RSI);
    int token = code.here();
    code.op(VPXOR, SUM, SUM, SUM);
    addRows(R15, R8);
    enterRows();
    code.clear(RBP);
    int next = code.here();
    block.multiply(this);
    advance();
    code.cmp(RBP, Mem.at(RDI, Arguments.RUNS_END));
    code.jump(Assembler.Condition.BELOW, next);
    leaveRows();
    code.mov(R12, Mem.at(RDI, Arguments.RESULT));
    code.store(Mem.at(R12, 0), SUM);
    code.add(R12, Mem.at(RDI, Arguments.OUT_STRIDE));
    code.mov(Mem.at(RDI, Arguments.RESULT), R12);
    code.add(RCX, Mem.at(RDI, Arguments.CODE_STRIDE));
    code.add(RDX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.add(RAX, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.dec(Mem.at(RDI, Arguments.TOKENS_LEFT));
    code.jump(Assembler.Condition.NOT_ZERO, token);
    addRows(R8, R8);
    code.add(RSI, isa.bytes());
    code.dec(Mem.at(RDI, Arguments.STRIPS));
    code.jump(Assembler.Condition.NOT_ZERO, strip);
    return leave();
  }

  private void advance() {
    Shape shape = block.shape();
    nextStrip.advance();
    nextInRows(shape.bytes());
    code.add(RBP, Integer.BYTES * shape.runs());
  }

  /** Adds the products of a block, slice by slice. */
  void multiply() {
    new SliceProducts(this, block, plan).add();
  }

  @Override
  void loading() {
    nextStrip.loading();
  }

  // ---- operands

  /** Codes of activations, from column {@code offset} of the block on. */
  Mem codes(int offset) {
    return Mem.at(RCX, RBP, 8, offset);
  }

  /** The float scale of a run of 32 activations. */
  private Mem xScale(int run) {
    return Mem.at(RDX, RBP, 1, Float.BYTES * run);
  }

  /** The two 16-bit sums of a run of 32 activations. */
  private Mem xSums(int run) {
    return Mem.at(RAX, RBP, 1, 2 * Short.BYTES * run);
  }

  /** Where the dots of a group are that come before their turn. */
  Mem dot(int group) {
    return room(2 * LARGEST_GROUPS + group);
  }

  /** The factors of a block of one group stay in registers: to store and load them takes a third of its time. */
  @Override
  void keepFactors(Shape shape) {}

  private Operand scaleOf(int group) {
    return block.shape().groups() == 1 ? SCALE : scale(group);
  }

  private Operand minimumOf(int group) {
    return block.shape().groups() == 1 ? MINIMUM : minimum(group);
  }

  @Override
  Operand constant(Literal literal) {
    Vec register = plan.constants().get(literal);
    return register == null ? literal : register;
  }

  // ---- what encodings have in common

  /** The codes of activations of a slice, twice. */
  void twice(Vec target, int slice) {
    code.op(VBROADCASTI128, target, codes(Shape.SLICE * slice));
  }

  /** Adds a constant times one or both sums of a run of activations, as 16-bit {@code factors} say. */
  void center(Vec dot, int run, Literal factors, Vec free) {
    code.op(VPBROADCASTD, free, xSums(run));
    code.op(VPMADDWD, free, free, constant(factors));
    code.op(VPADDD, dot, dot, free);
  }

  /** Subtracts a center of each row, times the sum of a run of activations. */
  void subtractZeros(Vec dot, int group, int run, Vec free) {
    code.op(VPBROADCASTD, free, xSums(run));
    code.op(VPMADDWD, free, free, constant(ONES));
    code.op(VPMADDWD, free, free, minimumOf(group)); // Σx fits 16 bits, and the upper halves of the integers are 0
    code.op(VPSUBD, dot, dot, free);
  }

  /**
   * {@code SUM = fma(dot, scale · xscale, SUM)}, where the dot is a float by now.
   *
   * @param xScale receives the scale of the activations
   */
  void accumulate(Vec dot, int group, int run, Vec xScale, Vec free) {
    code.op(VBROADCASTSS, xScale, xScale(run));
    code.op(VMULPS, free, xScale, scaleOf(group));
    code.op(VFMADD231PS, SUM, dot, free);
  }

  /** {@code SUM = fma(± minimum, xscale · Σx, SUM)}, with the sums that 16-bit {@code factors} say. */
  void minimum(Op op, int group, int run, Literal factors, Vec xScale, Vec free) {
    code.op(VPBROADCASTD, free, xSums(run));
    code.op(VPMADDWD, free, free, constant(factors));
    code.op(VCVTDQ2PS, free, free);
    code.op(VMULPS, free, free, xScale);
    code.op(op, SUM, free, minimumOf(group));
  }
}
