package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.device.HostBuffer;
import io.gatun.device.RopeSpec;
import io.gatun.device.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rotary position embedding: per row the cosines and sines once, then every head. A pair's result is the same function of
 * its values, position and frequency in every lane and at every width.
 *
 * <pre>
 *   scratch   cos, sin     f32 [pairs] each  of the row's angles, times the magnitude
 *             doubled      f32 [2 · pairs]   ADJACENT: (cos, cos) of all pairs
 *             signed       f32 [2 · pairs]   ADJACENT: (−sin, sin) of all pairs
 *   HALVES    a' = a · cos − b · sin,  b' = b · cos + a · sin
 *   ADJACENT  x' = x · doubled + swapped(x) · signed
 * </pre>
 */
final class Rotation {
  private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);

  private Rotation() {}

  static void rotate(HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch) {
    int pairs = spec.frequencies().length;
    long table = scratch.block(pairs * 6L * Float.BYTES).address();
    for (long row = from; row < to; row++) {
      Angles.fill(spec.frequencies(), positions[Math.toIntExact(row)], spec.magnitude(), table);
      row(x, row, spec, table);
    }
  }

  private static void row(HostBuffer x, long row, RopeSpec spec, long table) {
    int pairs = spec.frequencies().length;
    long headBytes = (long) spec.headDim() * Float.BYTES;
    long start = x.segment().address() + row * x.cols() * Float.BYTES;
    long end = start + x.cols() * Float.BYTES;
    long doubled = table + 2L * pairs * Float.BYTES;
    switch (spec.pairing()) {
      case HALVES -> {
        for (long head = start; head < end; head += headBytes) {
          halves(head, pairs, table, table + (long) pairs * Float.BYTES);
        }
      }
      case ADJACENT -> {
        spread(table, pairs, doubled);
        for (long head = start; head < end; head += headBytes) {
          adjacent(head, 2 * pairs, doubled, doubled + 2L * pairs * Float.BYTES);
        }
      }
    }
  }

  private static void halves(long head, int pairs, long cosines, long sines) {
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

  private static void spread(long table, int pairs, long doubled) {
    long sines = table + (long) pairs * Float.BYTES;
    long signed = doubled + 2L * pairs * Float.BYTES;
    for (int i = 0; i < pairs; i++) {
      float cos = MEMORY.get(FLOAT, table + (long) i * Float.BYTES);
      float sin = MEMORY.get(FLOAT, sines + (long) i * Float.BYTES);
      long at = 2L * i * Float.BYTES;
      MEMORY.set(FLOAT, doubled + at, cos);
      MEMORY.set(FLOAT, doubled + at + Float.BYTES, cos);
      MEMORY.set(FLOAT, signed + at, -sin);
      MEMORY.set(FLOAT, signed + at + Float.BYTES, sin);
    }
  }

  private static void adjacent(long head, int count, long doubled, long signed) {
    int i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector x = Lanes.floats(head + at);
      FloatVector swapped = x.rearrange(SWAP);
      Lanes.put(x.fma(Lanes.floats(doubled + at), swapped.mul(Lanes.floats(signed + at))), head + at);
    }
    for (; i < count; i += 2) {
      long at = (long) i * Float.BYTES;
      float a = MEMORY.get(FLOAT, head + at);
      float b = MEMORY.get(FLOAT, head + at + Float.BYTES);
      float cos = MEMORY.get(FLOAT, doubled + at);
      float sin = MEMORY.get(FLOAT, signed + at + Float.BYTES);
      MEMORY.set(FLOAT, head + at, Math.fma(a, cos, b * -sin));
      MEMORY.set(FLOAT, head + at + Float.BYTES, Math.fma(b, cos, a * sin));
    }
  }
}
