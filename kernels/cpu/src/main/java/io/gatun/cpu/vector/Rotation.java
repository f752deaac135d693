package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Rotates the pairs of one head, see {@link io.gatun.cpu.rows.RowLoops}. */
final class Rotation {
  private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);

  private Rotation() {}

  static void halves(long head, int pairs, long cosines, long sines) {
    long second = head + (long) pairs * Float.BYTES;
    int i = 0;
    for (; i <= pairs - COUNT; i += COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector a = Lanes.floats(head + at);
      FloatVector b = Lanes.floats(second + at);
      FloatVector cos = Lanes.floats(cosines + at);
      FloatVector sin = Lanes.floats(sines + at);
      Lanes.put(a.fma(cos, b.mul(sin).neg()), head + at);
      Lanes.put(b.fma(cos, a.mul(sin)), second + at);
    }
    for (; i < pairs; i++) {
      long at = (long) i * Float.BYTES;
      float a = MEMORY.get(FLOAT, head + at);
      float b = MEMORY.get(FLOAT, second + at);
      float cos = MEMORY.get(FLOAT, cosines + at);
      float sin = MEMORY.get(FLOAT, sines + at);
      MEMORY.set(FLOAT, head + at, Math.fma(a, cos, -(b * sin)));
      MEMORY.set(FLOAT, second + at, Math.fma(b, cos, a * sin));
    }
  }

  static void adjacent(long head, int count, long doubled, long signed) {
    int i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector x = Lanes.floats(head + at);
      FloatVector swapped = x.rearrange(SWAP);
      Lanes.put(x.fma(Lanes.floats(doubled + at), swapped.mul(Lanes.floats(signed + at))), head + at);
    }
    for (; i < count; i += 2) {
      long at = (long) i * Float.BYTES;
      long next = at + Float.BYTES;
      float a = MEMORY.get(FLOAT, head + at);
      float b = MEMORY.get(FLOAT, head + next);
      MEMORY.set(FLOAT, head + at, Math.fma(a, MEMORY.get(FLOAT, doubled + at), b * MEMORY.get(FLOAT, signed + at)));
      MEMORY.set(FLOAT, head + next, Math.fma(b, MEMORY.get(FLOAT, doubled + next), a * MEMORY.get(FLOAT, signed + next)));
    }
  }
}
