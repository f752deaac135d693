package io.gatun.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops that do nothing but what a processor can do most of: sums that stay in registers, so many that their latency is
 * hidden, and memory that is read in order. Vectors of the preferred width. Stateless.
 */
final class PeakLoops {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** Sums in registers. */
  static final int SUMS = 10;

  private PeakLoops() {}

  /** Multiply-accumulates of {@code rounds} rounds of {@link #floats}. */
  static long floatMacs(long rounds) {
    return rounds * SUMS * FLOATS.length();
  }

  /** Multiply-accumulates of {@code rounds} rounds of {@link #shorts}. */
  static long shortMacs(long rounds) {
    return rounds * SUMS * SHORTS.length();
  }

  /** {@code s = s · factor + addend} in floats, fused; returns something that depends on all of it. */
  static float floats(long rounds, float factor, float addend) {
    var a = FloatVector.broadcast(FLOATS, factor);
    var b = FloatVector.broadcast(FLOATS, addend);
    var s0 = b;
    var s1 = b.add(1);
    var s2 = b.add(2);
    var s3 = b.add(3);
    var s4 = b.add(4);
    var s5 = b.add(5);
    var s6 = b.add(6);
    var s7 = b.add(7);
    var s8 = b.add(8);
    var s9 = b.add(9);
    for (long i = 0; i < rounds; i++) {
      s0 = s0.fma(a, b);
      s1 = s1.fma(a, b);
      s2 = s2.fma(a, b);
      s3 = s3.fma(a, b);
      s4 = s4.fma(a, b);
      s5 = s5.fma(a, b);
      s6 = s6.fma(a, b);
      s7 = s7.fma(a, b);
      s8 = s8.fma(a, b);
      s9 = s9.fma(a, b);
    }
    return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).reduceLanes(VectorOperators.ADD);
  }

  /** {@code s = s · factor + addend} in 16-bit integers. */
  static short shorts(long rounds, short factor, short addend) {
    var a = ShortVector.broadcast(SHORTS, factor);
    var b = ShortVector.broadcast(SHORTS, addend);
    var s0 = b;
    var s1 = b.add((short) 1);
    var s2 = b.add((short) 2);
    var s3 = b.add((short) 3);
    var s4 = b.add((short) 4);
    var s5 = b.add((short) 5);
    var s6 = b.add((short) 6);
    var s7 = b.add((short) 7);
    var s8 = b.add((short) 8);
    var s9 = b.add((short) 9);
    for (long i = 0; i < rounds; i++) {
      s0 = s0.mul(a).add(b);
      s1 = s1.mul(a).add(b);
      s2 = s2.mul(a).add(b);
      s3 = s3.mul(a).add(b);
      s4 = s4.mul(a).add(b);
      s5 = s5.mul(a).add(b);
      s6 = s6.mul(a).add(b);
      s7 = s7.mul(a).add(b);
      s8 = s8.mul(a).add(b);
      s9 = s9.mul(a).add(b);
    }
    return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).reduceLanes(VectorOperators.ADD);
  }

  /** The sum of a segment's long integers; it is a multiple of four vectors long. */
  static long read(MemorySegment segment) {
    long step = LONGS.vectorByteSize();
    var s0 = LongVector.zero(LONGS);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    for (long i = 0; i < segment.byteSize(); i += 4 * step) {
      s0 = s0.add(LongVector.fromMemorySegment(LONGS, segment, i, ByteOrder.LITTLE_ENDIAN));
      s1 = s1.add(LongVector.fromMemorySegment(LONGS, segment, i + step, ByteOrder.LITTLE_ENDIAN));
      s2 = s2.add(LongVector.fromMemorySegment(LONGS, segment, i + 2 * step, ByteOrder.LITTLE_ENDIAN));
      s3 = s3.add(LongVector.fromMemorySegment(LONGS, segment, i + 3 * step, ByteOrder.LITTLE_ENDIAN));
    }
    return s0.add(s1).add(s2).add(s3).reduceLanes(VectorOperators.ADD);
  }
}
