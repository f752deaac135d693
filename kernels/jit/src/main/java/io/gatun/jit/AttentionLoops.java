package io.gatun.jit;

import static io.gatun.jit.Gp.R10;
import static io.gatun.jit.Gp.R11;
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
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;

/** Sums of vectors with factors: attention reads keys and values so. */
final class AttentionLoops extends LoopEmitter {
  AttentionLoops(Assembler code) {
    super(code);
  }

  /** Factors, bytes to the next query's, vectors, step, second, factors' count; results, bytes to the next query's. */
  void four() {
    Vec m0 = ymm(8);
    Vec m1 = ymm(9);
    Vec factor = ymm(10);
    results(false);
    code.lea(R10, Mem.at(RSI, RSI, 2, 0));
    Mem[] factors = {at(RDI), Mem.at(RDI, RSI, 1, 0), Mem.at(RDI, RSI, 2, 0), Mem.at(RDI, R10, 1, 0)};
    times(
        R9,
        () -> {
          code.op(VMOVUPS, m0, at(RDX));
          code.op(VMOVUPS, m1, Mem.at(RDX, R8, 1, 0));
          for (int query = 0; query < factors.length; query++) {
            code.op(VBROADCASTSS, factor, factors[query]);
            code.op(VFMADD231PS, ymm(2 * query), m0, factor);
            code.op(VFMADD231PS, ymm(2 * query + 1), m1, factor);
          }
          code.add(RDI, Float.BYTES);
          code.add(RDX, RCX);
        });
    results(true);
  }

  /** Loads or stores the eight sums of {@link #four}. */
  private void results(boolean store) {
    code.mov(RAX, SEVENTH);
    code.mov(R10, EIGHTH);
    code.lea(R11, Mem.at(R10, R10, 2, 0));
    for (int sum = 0; sum < 8; sum++) {
      int offset = sum % 2 * VECTOR;
      Mem result =
          switch (sum / 2) {
            case 0 -> Mem.at(RAX, offset);
            case 1 -> Mem.at(RAX, R10, 1, offset);
            case 2 -> Mem.at(RAX, R10, 2, offset);
            default -> Mem.at(RAX, R11, 1, offset);
          };
      if (store) {
        code.store(result, ymm(sum));
      } else {
        code.op(VMOVUPS, ymm(sum), result);
      }
    }
  }

  /** Factors, vectors, step, second, third, fourth; factors' count, results. */
  void one() {
    code.mov(R10, SEVENTH);
    code.mov(RAX, EIGHTH);
    tile(RDX, R10, RAX, at(RSI), Mem.at(RSI, RCX, 1, 0), Mem.at(RSI, R8, 1, 0), Mem.at(RSI, R9, 1, 0));
  }

  /** Factors, vectors, step, second, factors' count, results. */
  void pair() {
    tile(RDX, R8, R9, at(RSI), Mem.at(RSI, RCX, 1, 0));
  }

  private void tile(Gp step, Gp count, Gp results, Mem... vectors) {
    Vec factor = ymm(vectors.length);
    for (int i = 0; i < vectors.length; i++) {
      code.op(VMOVUPS, ymm(i), Mem.at(results, i * VECTOR));
    }
    times(
        count,
        () -> {
          code.op(VBROADCASTSS, factor, at(RDI));
          for (int i = 0; i < vectors.length; i++) {
            code.op(VFMADD231PS, ymm(i), factor, vectors[i]);
          }
          code.add(RDI, Float.BYTES);
          code.add(RSI, step);
        });
    for (int i = 0; i < vectors.length; i++) {
      code.store(Mem.at(results, i * VECTOR), ymm(i));
    }
  }
}
