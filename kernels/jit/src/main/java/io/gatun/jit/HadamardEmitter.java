package io.gatun.jit;

import static io.gatun.jit.Gp.RBX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Literal;
import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Writes functions that multiply blocks of 128 floats by a Hadamard matrix, in Sylvester's order, for AVX2. {@link
 * Arguments#STEPS} blocks follow each other at {@link Arguments#X}, where results go is {@link Arguments#OUT}, which
 * may be the same place; {@link Arguments#SCALES} are factors, from those of a block to the next ones' are {@link
 * Arguments#SCALE_STRIDE} bytes.
 *
 * <p>Of the seven bits of an index, the upper two tell vectors a quarter of a block apart: these meet first. Then the
 * four vectors of a quarter meet, are transposed as matrices of pairs, and meet again; at last the values of pairs do.
 * Activations stay as they are then: eight lanes are bits 0, 3 and 4 of the index, which is the order of {@link
 * TrellisEmitter}.
 */
final class HadamardEmitter extends Emitter {
  /** Values that are rotated together. */
  static final int BLOCK = 128;

  private static final int QUARTER = BLOCK / 4 * Float.BYTES;
  private static final int VECTORS = 4;
  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final int NEIGHBOURS = 0xB1;
  private static final Vec SIGNS_OF_PAIRS = ymm(8);
  private static final Vec NORM = ymm(9);
  private static final int ONE = Float.floatToRawIntBits(1f);
  private static final int MINUS_ONE = Float.floatToRawIntBits(-1f);

  private final boolean areActivations;
  private List<Vec> values = List.of(ymm(0), ymm(1), ymm(2), ymm(3));
  private List<Vec> free = List.of(ymm(4), ymm(5), ymm(6), ymm(7));

  private HadamardEmitter(boolean areActivations) {
    super(Isa.AVX2);
    this.areActivations = areActivations;
  }

  /** The function for activations, multiplied by factors before and by 1/128 behind: the norms of both rotations. */
  static byte[] activations() {
    return new HadamardEmitter(true).rotation();
  }

  /** The function for results, which are multiplied by factors behind. */
  static byte[] results() {
    return new HadamardEmitter(false).rotation();
  }

  private byte[] rotation() {
    enter();
    code.mov(RSI, Mem.at(RDI, Arguments.X));
    code.mov(RDX, Mem.at(RDI, Arguments.OUT));
    code.mov(RCX, Mem.at(RDI, Arguments.SCALES));
    code.mov(R9, Mem.at(RDI, Arguments.SCALE_STRIDE));
    code.mov(RBX, Mem.at(RDI, Arguments.STEPS));
    var signs = new Literal(List.of(ONE, MINUS_ONE, ONE, MINUS_ONE, ONE, MINUS_ONE, ONE, MINUS_ONE));
    code.op(Op.VMOVDQU, SIGNS_OF_PAIRS, signs);
    code.op(Op.VMOVDQU, NORM, Literal.lanes(Float.floatToRawIntBits(1f / BLOCK)));
    int block = code.here();
    for (int vector = 0; vector < VECTORS; vector++) {
      quarters(vector * VECTOR);
    }
    for (int quarter = 0; quarter < VECTORS; quarter++) {
      quarter(quarter * QUARTER);
    }
    code.add(RSI, BLOCK * Float.BYTES);
    code.add(RDX, BLOCK * Float.BYTES);
    code.add(RCX, R9);
    code.dec(RBX);
    code.jump(Assembler.Condition.NOT_ZERO, block);
    return leave();
  }

  /** A vector of each quarter. */
  private void quarters(int offset) {
    for (int i = 0; i < VECTORS; i++) {
      int at = offset + i * QUARTER;
      code.op(Op.VMOVUPS, values.get(i), Mem.at(RSI, at));
      if (areActivations) {
        code.op(Op.VMULPS, values.get(i), values.get(i), Mem.at(RCX, at));
      }
    }
    meet();
    for (int i = 0; i < VECTORS; i++) {
      code.store(Mem.at(RDX, offset + i * QUARTER), values.get(i));
    }
  }

  private void quarter(int offset) {
    for (int i = 0; i < VECTORS; i++) {
      code.op(Op.VMOVUPS, values.get(i), Mem.at(RDX, offset + i * VECTOR));
    }
    meet();
    transpose();
    meet();
    for (int i = 0; i < VECTORS; i++) {
      code.op(Op.VPSHUFD, free.get(i), values.get(i), NEIGHBOURS);
      code.op(Op.VFMADD231PS, free.get(i), values.get(i), SIGNS_OF_PAIRS);
    }
    swap();
    if (!areActivations) {
      transpose();
    }
    for (int i = 0; i < VECTORS; i++) {
      Mem target = Mem.at(RDX, offset + i * VECTOR);
      code.op(Op.VMULPS, values.get(i), values.get(i), areActivations ? NORM : Mem.at(RCX, offset + i * VECTOR));
      code.store(target, values.get(i));
    }
  }

  /** Sums and differences of neighbours among four vectors, then of those two apart. */
  private void meet() {
    for (int distance = 1; distance < VECTORS; distance *= 2) {
      for (int i = 0; i < VECTORS; i++) {
        int other = i ^ distance;
        Op op = i < other ? Op.VADDPS : Op.VSUBPS;
        code.op(op, free.get(i), values.get(Math.min(i, other)), values.get(Math.max(i, other)));
      }
      swap();
    }
  }

  /** Pair i of vector k becomes pair k of vector i. */
  private void transpose() {
    for (int i = 0; i < VECTORS; i += 2) {
      code.op(Op.VPUNPCKLQDQ, free.get(i), values.get(i), values.get(i + 1));
      code.op(Op.VPUNPCKHQDQ, free.get(i + 1), values.get(i), values.get(i + 1));
    }
    for (int i = 0; i < VECTORS; i++) {
      int halves = i < 2 ? LOW_HALVES : HIGH_HALVES;
      code.op(Op.VPERM2I128, values.get(i), free.get(i % 2), free.get(i % 2 + 2), halves);
    }
  }

  private void swap() {
    List<Vec> old = values;
    values = free;
    free = old;
  }
}
