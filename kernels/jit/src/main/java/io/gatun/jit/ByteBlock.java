package io.gatun.jit;

import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VPABSB;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import java.util.List;

/** Blocks of 32 codes that are bytes: they need not be taken apart, so that a row's are multiplied together. Stateless. */
abstract class ByteBlock implements BlockCode {
  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final Vec BYTES = ymm(1);
  private static final Vec ONES = ymm(1);
  private static final Vec X = ymm(2);
  private static final Vec SIGNED = ymm(10);
  private static final Vec SIGNS = ymm(13);

  private final Shape shape;
  private final int offset;
  private final boolean areUnsigned;

  /**
   * @param offset of the codes in a block
   * @param areUnsigned whether they are larger by 128 than signed ones
   */
  ByteBlock(Shape shape, int offset, boolean areUnsigned) {
    this.shape = shape;
    this.offset = offset;
    this.areUnsigned = areUnsigned;
  }

  @Override
  public final Shape shape() {
    return shape;
  }

  @Override
  public int registers() {
    return 1;
  }

  /** For {@link #multiply}. */
  @Override
  public void prepare(Emitter emitter) {
    emitter.code.op(Op.VMOVDQU, ONES, Emitter.ONES);
    if (areUnsigned) {
      emitter.code.op(Op.VMOVDQU, SIGNS, Emitter.SIGNS);
    }
  }

  @Override
  public List<List<Integer>> parts() {
    return List.of(List.of(0), List.of(1));
  }

  @Override
  public void load(Emitter emitter, int i, int part) {
    emitter.pair(BYTES, i, offset + Shape.SLICE * part);
    if (areUnsigned) {
      emitter.code.op(VPXOR, BYTES, BYTES, Emitter.SIGNS);
    }
  }

  @Override
  public void codes(Emitter emitter, int part, int k, Vec target, Vec free) {
    emitter.code.op(Op.VMOVDQU, target, BYTES);
  }

  @Override
  public void multiply(StripEmitter emitter) {
    if (emitter.isa.hasDots) {
      emitter.multiply();
    } else {
      multiplyRows(emitter);
    }
  }

  private void multiplyRows(StripEmitter emitter) {
    factors(emitter);
    emitter.code.op(Op.VMOVDQU, X, emitter.codes(0));
    Vec first = fourRows(emitter, 0, 4);
    Vec second = fourRows(emitter, 4, 5);
    Vec dot = ymm(6);
    emitter.code.op(VPERM2I128, dot, first, second, LOW_HALVES);
    emitter.code.op(VPERM2I128, first, first, second, HIGH_HALVES);
    emitter.code.op(VPADDD, dot, dot, first);
    emitter.code.op(Op.VCVTDQ2PS, dot, dot);
    emitter.accumulate(dot, 0, 0, ymm(7), ymm(8));
    if (shape.hasMinimums()) {
      emitter.minimum(VFMADD231PS, 0, 0, Emitter.pairs(1, shape, 0), ymm(7), ymm(8));
    }
  }

  /**
   * The dots of the first and of the second 16 columns of four rows, in the lower and the upper half of register {@code
   * to}.
   */
  private Vec fourRows(StripEmitter emitter, int row, int to) {
    Vec target = ymm(to);
    Vec other = ymm(to + 2);
    products(emitter, row, target);
    products(emitter, row + 1, other);
    emitter.code.op(VPHADDD, target, target, other);
    products(emitter, row + 2, other);
    products(emitter, row + 3, ymm(8));
    emitter.code.op(VPHADDD, other, other, ymm(8));
    emitter.code.op(VPHADDD, target, target, other);
    return target;
  }

  /** |code| times the activation with the code's sign. */
  private void products(StripEmitter emitter, int row, Vec target) {
    Operand codes = emitter.row(row, offset);
    if (areUnsigned) {
      emitter.code.op(VPXOR, SIGNED, SIGNS, codes);
      codes = SIGNED;
    }
    Vec signed = ymm(9);
    emitter.code.op(VPABSB, target, codes);
    emitter.code.op(VPSIGNB, signed, X, codes);
    emitter.code.op(VPMADDUBSW, target, target, signed);
    emitter.code.op(VPMADDWD, target, target, ONES);
  }
}
