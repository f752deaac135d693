package io.gatun.jit;

import static io.gatun.jit.Op.VPABSB;
import static io.gatun.jit.Op.VPADDD;
import static io.gatun.jit.Op.VPERM2I128;
import static io.gatun.jit.Op.VPHADDD;
import static io.gatun.jit.Op.VPMADDUBSW;
import static io.gatun.jit.Op.VPMADDWD;
import static io.gatun.jit.Op.VPSIGNB;
import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Mem;
import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Q8_0: |code| times the activation with the code's sign. Codes are −128 … 127, activations −127 … 127, so that a sum of two
 * products is at most 2 · 128 · 127 = 32512 in absolute value.
 */
final class BlockQ8_0 implements BlockCode {
  private static final int CODES = 2;
  private static final int LOW_HALVES = 0x20;
  private static final int HIGH_HALVES = 0x31;
  private static final Vec ONES = ymm(1);
  private static final Vec X = ymm(2);
  private static final Vec SCALE = ymm(3);

  @Override
  public int bytes() {
    return 34;
  }

  @Override
  public int runs() {
    return 1;
  }

  @Override
  public void constants(Emitter emitter) {
    emitter.constant(ONES, Emitter.ONES);
  }

  @Override
  public void multiply(StripEmitter emitter) {
    emitter.halves(SCALE);
    emitter.code.op(Op.VMOVDQU, X, emitter.codes(0));
    Vec first = fourRows(emitter, 0, 4);
    Vec second = fourRows(emitter, 4, 5);
    Vec dot = ymm(6);
    emitter.code.op(VPERM2I128, dot, first, second, LOW_HALVES);
    emitter.code.op(VPERM2I128, first, first, second, HIGH_HALVES);
    emitter.code.op(VPADDD, dot, dot, first);
    emitter.accumulate(dot, SCALE, 0, ymm(7), ymm(8));
  }

  /** The dots of the first and of the second 16 columns of four rows, in the lower and the upper half of register {@code to}. */
  private static Vec fourRows(StripEmitter emitter, int row, int to) {
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

  private static void products(StripEmitter emitter, int row, Vec target) {
    Mem codes = emitter.row(row, CODES);
    Vec signed = ymm(9);
    emitter.code.op(VPABSB, target, codes);
    emitter.code.op(VPSIGNB, signed, X, codes);
    emitter.code.op(VPMADDUBSW, target, target, signed);
    emitter.code.op(VPMADDWD, target, target, ONES);
  }

  @Override
  public int panelBytes() {
    return PanelEmitter.FACTORS + Emitter.VECTOR;
  }

  @Override
  public void pack(PanelEmitter emitter) {
    emitter.halves(SCALE);
    emitter.code.store(emitter.factor(this, 0, 0), SCALE);
    List<Vec> quads = List.of(ymm(4), ymm(5), ymm(6), ymm(7));
    for (int half = 0; half < 2; half++) {
      emitter.pairs(quads, CODES + 16 * half);
      emitter.transpose(quads, List.of(ymm(8), ymm(9), ymm(10), ymm(11)));
      for (int i = 0; i < quads.size(); i++) {
        emitter.code.store(emitter.quad(this, 0, 4 * half + i), quads.get(i));
      }
    }
  }

  @Override
  public void tileConstants(PanelEmitter emitter) {
    emitter.constant(ymm(12), Emitter.ONES);
  }

  @Override
  public void tile(PanelEmitter emitter) {
    Assembler code = emitter.code;
    Vec w = ymm(8);
    Vec magnitude = ymm(13);
    for (int quad = 0; quad < PanelEmitter.QUADS; quad++) {
      code.op(Op.VMOVDQU, w, emitter.panel(quad * Emitter.VECTOR));
      code.op(VPABSB, magnitude, w);
      for (int token = 0; token < PanelEmitter.TILE; token++) {
        Vec product = quad == 0 ? PanelEmitter.dot(token) : ymm(9);
        code.op(Op.VPBROADCASTD, product, emitter.codes(token, quad));
        code.op(VPSIGNB, product, product, w);
        code.op(VPMADDUBSW, product, magnitude, product);
        code.op(VPMADDWD, product, product, ymm(12));
        if (quad > 0) {
          code.op(VPADDD, PanelEmitter.dot(token), PanelEmitter.dot(token), product);
        }
      }
    }
    for (int token = 0; token < PanelEmitter.TILE; token++) {
      emitter.accumulate(token, 0);
    }
  }
}
