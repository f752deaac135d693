package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

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

  /** {@code gate[i] = gate[i] / (1 + e^−gate[i]) · up[i]}: Elfwing and others 2017, arXiv 1702.03118. */
  static void silu(long gate, long up, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      FloatVector x = Lanes.floats(gate + at);
      Lanes.put(x.div(Exponential.of(x.neg()).add(1)).mul(Lanes.floats(up + at)), gate + at);
    }
    if (i < count) {
      long at = i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, gate + at, ORDER, rest);
      FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, up + at, ORDER, rest);
      x.div(Exponential.of(x.neg()).add(1)).mul(y).intoMemorySegment(MEMORY, gate + at, ORDER, rest);
    }
  }
}
