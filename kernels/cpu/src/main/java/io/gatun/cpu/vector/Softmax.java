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
   * {@code x[i] = e^(x[i] − max)} for {@code i} from {@code from} to {@code count}; what is before them, and behind them up
   * to a multiple of 16, becomes 0.
   *
   * @param sink a value that joins the row's maximum and sum; −∞ for none
   * @return {@code Σ x[i] + e^(sink − max)}; NaN if a value is NaN or the largest is infinite
   */
  static float weights(long x, int from, int count, float sink) {
    int padded = padded(count);
    hide(x, 0, from);
    hide(x, count, padded);
    FloatVector largest = FloatVector.broadcast(FLOATS, sink);
    for (int i = 0; i < padded; i += COUNT) {
      FloatVector v = Lanes.floats(x + (long) i * Float.BYTES);
      largest = largest.blend(v, v.compare(VectorOperators.GT, largest));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = 0; i < padded; i += COUNT) {
      long at = x + (long) i * Float.BYTES;
      Lanes.put(Exponential.of(Lanes.floats(at).sub(max)), at);
    }
    float total = (float) Sums.of(x, padded);
    return sink == Float.NEGATIVE_INFINITY
        ? total
        : total + Exponential.of(FloatVector.broadcast(FLOATS, sink - max)).lane(0);
  }

  private static void hide(long x, int from, int to) {
    for (int i = from; i < to; i++) {
      MEMORY.set(FLOAT, x + (long) i * Float.BYTES, Float.NEGATIVE_INFINITY);
    }
  }

  /** {@code x[i] −= slope · |distance − i|}, in whole groups of 16. */
  static void slope(long x, int count, float slope, int distance) {
    for (int i = 0; i < padded(count); i += COUNT) {
      long at = x + (long) i * Float.BYTES;
      FloatVector away = FloatVector.broadcast(FLOATS, i - distance).addIndex(1).abs();
      Lanes.put(Lanes.floats(at).sub(away.mul(slope)), at);
    }
  }

  private static int padded(int count) {
    return (count + GROUP - 1) / GROUP * GROUP;
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
