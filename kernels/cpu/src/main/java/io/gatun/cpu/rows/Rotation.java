package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;

import io.gatun.device.HostBuffer;
import io.gatun.device.RopeSpec;
import io.gatun.device.Scratch;

/**
 * Rotary position embedding: per row the cosines and sines once, then every head. A pair's result is the same function of
 * its values, position and frequency wherever it stands.
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
  private Rotation() {}

  static void rotate(
      RowLoops loops, HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch) {
    int pairs = spec.frequencies().length;
    long table = scratch.block(pairs * 6L * Float.BYTES).address();
    for (long row = from; row < to; row++) {
      Angles.fill(spec.frequencies(), positions[Math.toIntExact(row)], spec.magnitude(), table);
      row(loops, x, row, spec, table);
    }
  }

  private static void row(RowLoops loops, HostBuffer x, long row, RopeSpec spec, long table) {
    int pairs = spec.frequencies().length;
    long headBytes = (long) spec.headDim() * Float.BYTES;
    long start = x.segment().address() + row * x.cols() * Float.BYTES;
    long end = start + x.cols() * Float.BYTES;
    long doubled = table + 2L * pairs * Float.BYTES;
    switch (spec.pairing()) {
      case HALVES -> {
        for (long head = start; head < end; head += headBytes) {
          loops.rotateHalves(head, pairs, table, table + (long) pairs * Float.BYTES);
        }
      }
      case ADJACENT -> {
        spread(table, pairs, doubled);
        for (long head = start; head < end; head += headBytes) {
          loops.rotateAdjacent(head, 2 * pairs, doubled, doubled + 2L * pairs * Float.BYTES);
        }
      }
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
}
