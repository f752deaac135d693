package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums along a row, in the same order at every width: value {@code i} goes to partial sum {@code i mod 16}, the 16 are four
 * vectors of 128 bits, which no processor lacks and which hide each other's latency. Loads are written out: where the
 * compiler, in a large caller, has had enough of inlining, it still inlines the Vector API but no method of ours.
 */
final class Sums {
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final int VECTOR = 16;
  private static final int PARTS = 16;

  private Sums() {}

  /** {@code Σ x[i]}. */
  static double of(long x, long count) {
    FloatVector s0 = FloatVector.zero(FOUR);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long i = 0;
    for (; i <= count - PARTS; i += PARTS) {
      long at = x + i * Float.BYTES;
      s0 = FloatVector.fromMemorySegment(FOUR, MEMORY, at, ORDER).add(s0);
      s1 = FloatVector.fromMemorySegment(FOUR, MEMORY, at + VECTOR, ORDER).add(s1);
      s2 = FloatVector.fromMemorySegment(FOUR, MEMORY, at + 2 * VECTOR, ORDER).add(s2);
      s3 = FloatVector.fromMemorySegment(FOUR, MEMORY, at + 3 * VECTOR, ORDER).add(s3);
    }
    FloatVector sum = s0.add(s1).add(s2.add(s3));
    double total = (double) sum.lane(0) + sum.lane(1) + sum.lane(2) + sum.lane(3);
    for (; i < count; i++) {
      total += MEMORY.get(FLOAT, x + i * Float.BYTES);
    }
    return total;
  }

  /** {@code Σ x[i]²}. */
  static double squares(long x, long count) {
    FloatVector s0 = FloatVector.zero(FOUR);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long i = 0;
    for (; i <= count - PARTS; i += PARTS) {
      long at = x + i * Float.BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FOUR, MEMORY, at, ORDER);
      s0 = v.fma(v, s0);
      v = FloatVector.fromMemorySegment(FOUR, MEMORY, at + VECTOR, ORDER);
      s1 = v.fma(v, s1);
      v = FloatVector.fromMemorySegment(FOUR, MEMORY, at + 2 * VECTOR, ORDER);
      s2 = v.fma(v, s2);
      v = FloatVector.fromMemorySegment(FOUR, MEMORY, at + 3 * VECTOR, ORDER);
      s3 = v.fma(v, s3);
    }
    FloatVector sum = s0.add(s1).add(s2.add(s3));
    double total = (double) sum.lane(0) + sum.lane(1) + sum.lane(2) + sum.lane(3);
    for (; i < count; i++) {
      double value = MEMORY.get(FLOAT, x + i * Float.BYTES);
      total += value * value;
    }
    return total;
  }
}
