package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax along a row in memory, in two passes. Addresses are of floats. */
final class Softmax {
  /** Rows have room for whole groups of this many values. */
  private static final int GROUP = 16;

  private Softmax() {}

  /**
   * {@code x[i] = e^(x[i] − max)}; what is behind the row, up to a multiple of 16, becomes 0.
   *
   * @return {@code Σ x[i]}; NaN if a value is NaN or the largest is infinite
   */
  static float weights(long x, int count) {
    int padded = (count + GROUP - 1) / GROUP * GROUP;
    for (int i = count; i < padded; i++) {
      MEMORY.set(FLOAT, x + (long) i * Float.BYTES, Float.NEGATIVE_INFINITY);
    }
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < padded; i += COUNT) {
      FloatVector v = Lanes.floats(x + (long) i * Float.BYTES);
      largest = largest.blend(v, v.compare(VectorOperators.GT, largest));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = 0; i < padded; i += COUNT) {
      long at = x + (long) i * Float.BYTES;
      Lanes.put(Exponential.of(Lanes.floats(at).sub(max)), at);
    }
    return (float) Sums.of(x, padded);
  }

  /** {@code target[i] = x[i] / total}. */
  static void divide(long x, float total, long target, int count) {
    int i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      Lanes.put(Lanes.floats(x + (long) i * Float.BYTES).div(total), target + (long) i * Float.BYTES);
    }
    for (; i < count; i++) {
      MEMORY.set(FLOAT, target + (long) i * Float.BYTES, MEMORY.get(FLOAT, x + (long) i * Float.BYTES) / total);
    }
  }
}
