package io.gatun.jit;

import static io.gatun.jit.Operand.Vec.ymm;

import io.gatun.jit.Operand.Vec;

/**
 * Q4_0. Nibbles are unsigned until −8·Σx is added: sums of a row's 32 products, as 16-bit lanes of 16 each, are at most
 * 15 · 127 · 16 = 30480 in absolute value.
 */
final class BlockQ4_0 implements StripBlock {
  private static final int CODES = 2;
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
  public void constants(StripEmitter emitter) {
    emitter.constant(MASK, 0x0F0F0F0F);
    emitter.constant(ONES, 0x00010001);
    emitter.constant(CENTERS, 0xFFF8FFF8);
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
}
