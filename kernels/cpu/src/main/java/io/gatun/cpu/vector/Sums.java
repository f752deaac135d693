package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums along a row, in the same order at every width: value {@code i} goes to partial sum {@code i mod 16}, the 16 are four
 * vectors of 128 bits, which no processor lacks and which hide each other's latency.
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
      s0 = s0.add(four(at));
      s1 = s1.add(four(at + VECTOR));
      s2 = s2.add(four(at + 2 * VECTOR));
      s3 = s3.add(four(at + 3 * VECTOR));
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
      FloatVector v = four(at);
      s0 = v.fma(v, s0);
      v = four(at + VECTOR);
      s1 = v.fma(v, s1);
      v = four(at + 2 * VECTOR);
      s2 = v.fma(v, s2);
      v = four(at + 3 * VECTOR);
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

  private static FloatVector four(long address) {
    return FloatVector.fromMemorySegment(FOUR, MEMORY, address, ORDER);
  }
}
