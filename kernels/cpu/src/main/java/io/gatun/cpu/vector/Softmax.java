package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The loops of a softmax. Counts are multiples of 16. */
final class Softmax {

  private Softmax() {}

  static float largest(long x, float least, long count) {
    FloatVector largest = FloatVector.broadcast(FLOATS, least);
    for (long i = 0; i < count; i += COUNT) {
      FloatVector v = Lanes.floats(x + i * Float.BYTES);
      largest = largest.blend(v, v.compare(VectorOperators.GT, largest));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  static void exponentials(long x, float max, long count) {
    for (long i = 0; i < count; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(Exponential.of(Lanes.floats(at).sub(max)), at);
    }
  }

  /** {@code x[i] −= slope · |distance − i|}, in whole vectors. */
  static void slope(long x, float slope, int distance, long count) {
    for (int i = 0; i < count; i += COUNT) {
      long at = x + (long) i * Float.BYTES;
      FloatVector away = FloatVector.broadcast(FLOATS, i - distance).addIndex(1).abs();
      Lanes.put(Lanes.floats(at).sub(away.mul(slope)), at);
    }
  }
}
