package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

/**
 * Operations on single values: the same function of a value wherever it stands, so that ranges may be cut anywhere.
 * Addresses are of floats.
 */
final class Elements {

  private Elements() {}

  /** {@code x[i] += y[i]}. */
  static void add(long x, long y, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).add(Lanes.floats(y + at)), x + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, x + at, MEMORY.get(FLOAT, x + at) + MEMORY.get(FLOAT, y + at));
    }
  }

  /** {@code target[i] = x[i] · factor}. */
  static void scale(long x, float factor, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).mul(factor), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) * factor);
    }
  }

  /** {@code target[i] = x[i] · y[i]}. */
  static void multiply(long x, long y, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).mul(Lanes.floats(y + at)), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) * MEMORY.get(FLOAT, y + at));
    }
  }

  /** {@code target[i] += x[i] · y[i]}, fused. */
  static void multiplyAdd(long x, long y, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).fma(Lanes.floats(y + at), Lanes.floats(target + at)), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      float sum = Math.fma(MEMORY.get(FLOAT, x + at), MEMORY.get(FLOAT, y + at), MEMORY.get(FLOAT, target + at));
      MEMORY.set(FLOAT, target + at, sum);
    }
  }

  /** {@code target[i] = x[i] − mean}. */
  static void subtract(long x, float mean, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).sub(mean), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) - mean);
    }
  }

  /** {@code target[i] = x[i] · factor · gain[i]}. */
  static void scale(long x, float factor, long gain, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).mul(factor).mul(Lanes.floats(gain + at)), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) * factor * MEMORY.get(FLOAT, gain + at));
    }
  }

  /** {@code target[i] = x[i] / divisor}. */
  static void divide(long x, float divisor, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      Lanes.put(Lanes.floats(x + i * Float.BYTES).div(divisor), target + i * Float.BYTES);
    }
    for (; i < count; i++) {
      MEMORY.set(FLOAT, target + i * Float.BYTES, MEMORY.get(FLOAT, x + i * Float.BYTES) / divisor);
    }
  }
}
