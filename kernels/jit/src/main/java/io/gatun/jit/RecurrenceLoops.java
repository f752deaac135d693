package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R8;
import static io.gatun.jit.Gp.R9;
import static io.gatun.jit.Gp.RAX;
import static io.gatun.jit.Gp.RCX;
import static io.gatun.jit.Gp.RDI;
import static io.gatun.jit.Gp.RDX;
import static io.gatun.jit.Gp.RSI;
import static io.gatun.jit.Op.VBROADCASTSS;
import static io.gatun.jit.Op.VFMADD231PS;
import static io.gatun.jit.Op.VMOVUPS;
import static io.gatun.jit.Op.VMULPS;
import static io.gatun.jit.Op.VPXOR;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** States that remember, a few of their columns at a time. */
final class RecurrenceLoops extends LoopEmitter {
  /** Vectors of columns of a state that a token meets together. */
  private static final int COLUMNS = 4;

  RecurrenceLoops(Assembler code) {
    super(code);
  }

  /** Decays, writes, reads, state, bytes to its next line, lines; values. */
  void recur() {
    Vec decay = ymm(0);
    Vec write = ymm(1);
    Vec read = ymm(2);
    Vec state = ymm(3);
    code.mov(RAX, SEVENTH);
    columns();
    times(
        R9,
        () -> {
          code.op(VBROADCASTSS, decay, at(RDI));
          code.op(VBROADCASTSS, write, at(RSI));
          code.op(VBROADCASTSS, read, at(RDX));
          for (int i = 0; i < COLUMNS; i++) {
            code.op(VMULPS, state, decay, Mem.at(RCX, i * VECTOR));
            code.op(VFMADD231PS, state, value(i), write);
            code.store(Mem.at(RCX, i * VECTOR), state);
            code.op(VFMADD231PS, result(i), state, read);
          }
          for (Gp factor : new Gp[] {RDI, RSI, RDX}) {
            code.add(factor, Float.BYTES);
          }
          code.add(RCX, R8);
        });
    results();
  }

  /** Rates, spans, writes, reads, state, bytes to its next line; lines, values. */
  void select() {
    code.mov(R10, SEVENTH);
    code.mov(RAX, EIGHTH);
    columns();
    times(
        R10,
        () -> {
          for (int i = 0; i < COLUMNS; i++) {
            code.op(VMOVUPS, V1, Mem.at(RDI, i * VECTOR));
            code.op(VMULPS, V1, V1, Mem.at(RSI, i * VECTOR));
            exponential();
            code.op(VMULPS, V3, V3, Mem.at(R8, i * VECTOR));
            code.op(VBROADCASTSS, V1, at(RDX));
            code.op(VFMADD231PS, V3, value(i), V1);
            code.store(Mem.at(R8, i * VECTOR), V3);
            code.op(VBROADCASTSS, V1, at(RCX));
            code.op(VFMADD231PS, result(i), V3, V1);
          }
          code.add(RDI, COLUMNS * VECTOR);
          code.add(RDX, Float.BYTES);
          code.add(RCX, Float.BYTES);
          code.add(R8, R9);
        });
    results();
  }

  private static Vec value(int column) {
    return ymm(8 + column);
  }

  private static Vec result(int column) {
    return ymm(8 + COLUMNS + column);
  }

  /** Loads the values at RAX, and results of zero. */
  private void columns() {
    for (int i = 0; i < COLUMNS; i++) {
      code.op(VMOVUPS, value(i), Mem.at(RAX, i * VECTOR));
      code.op(VPXOR, result(i), result(i), result(i));
    }
  }

  private void results() {
    for (int i = 0; i < COLUMNS; i++) {
      code.store(Mem.at(RAX, i * VECTOR), result(i));
    }
  }
}
