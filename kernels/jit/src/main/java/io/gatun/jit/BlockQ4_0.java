package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;
import java.util.List;

/**
 * Q4_0. Nibbles are unsigned until −8·Σx is added: sums of a row's 32 products, as 16-bit lanes of 16 each, are at most
 * 15 · 127 · 16 = 30480 in absolute value.
 */
final class BlockQ4_0 implements BlockCode {
  private static final int CODES = 2;
  private static final int CENTER = 0xFFF8FFF8;
  private static final Vec MASK = ymm(1);
  private static final Vec ONES = ymm(2);
  private static final Vec CENTERS = ymm(3);
  private static final Vec X_LOW = ymm(4);
  private static final Vec X_HIGH = ymm(5);
  private static final Vec HIGH = ymm(10);
  private static final Vec SCALE = ymm(11);

  @Override
  public int bytes() {
    return 18;
  }

  @Override
  public int runs() {
    return 1;
  }

  @Override
  public void constants(Emitter emitter) {
    emitter.constant(MASK, 0x0F0F0F0F);
    emitter.constant(ONES, Emitter.ONES);
    emitter.constant(CENTERS, CENTER);
  }

  @Override
  public void multiply(StripEmitter emitter) {
    emitter.halves(SCALE);
    emitter.twice(X_LOW, 0);
    emitter.twice(X_HIGH, 16);
    for (int i = 0; i < 4; i++) {
      Vec low = ymm(6 + i);
      emitter.pair(low, i, CODES);
      emitter.nibbles(low, HIGH, low, MASK);
      emitter.code.op(Op.VPMADDUBSW, low, low, X_LOW);
      emitter.code.op(Op.VPMADDUBSW, HIGH, HIGH, X_HIGH);
      emitter.code.op(Op.VPADDW, low, low, HIGH);
    }
    Vec dot = ymm(6);
    emitter.sums(dot, ymm(7), ymm(8), ymm(9), ONES);
    emitter.center(dot, 0, CENTERS, ymm(7));
    emitter.accumulate(dot, SCALE, 0, ymm(7), ymm(8));
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
    emitter.pairs(quads, CODES);
    emitter.transpose(quads, List.of(ymm(8), ymm(9), ymm(10), ymm(11)));
    for (int i = 0; i < quads.size(); i++) {
      emitter.nibbles(quads.get(i), HIGH, quads.get(i), MASK);
      emitter.code.store(emitter.quad(this, 0, i), quads.get(i));
      emitter.code.store(emitter.quad(this, 0, 4 + i), HIGH);
    }
  }

  @Override
  public void tileConstants(PanelEmitter emitter) {
    emitter.constant(ymm(12), Emitter.ONES);
    emitter.constant(ymm(13), CENTER);
  }

  @Override
  public void tile(PanelEmitter emitter) {
    emitter.unsignedDots(0, PanelEmitter.QUADS);
    for (int token = 0; token < PanelEmitter.TILE; token++) {
      Vec dot = PanelEmitter.dot(token);
      emitter.code.op(Op.VPMADDWD, dot, dot, ymm(12));
      emitter.center(token, ymm(13));
      emitter.accumulate(token, 0);
    }
  }
}
