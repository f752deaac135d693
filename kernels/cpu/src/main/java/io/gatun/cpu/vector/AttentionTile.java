package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.floats;

import jdk.incubator.vector.FloatVector;

/**
 * The tiles of attention, as {@link io.gatun.cpu.rows.RowLoops} defines them.
 *
 * <p>Each method is one flat loop over vectors that stay in registers. In the short ones, which get inlined, loads and
 * stores are written out: where the compiler has had enough of inlining, it still inlines the Vector API but no method of
 * ours. Addresses are of floats, strides in bytes.
 */
final class AttentionTile {
  private AttentionTile() {}

  /**
   * Four queries and two vectors of lanes.
   *
   * @param a address of the first query's first factor; the next query's is {@code aStride} on
   * @param m address of the first vector; the next {@code i}'s is {@code step} on
   * @param second bytes from the first vector to the second
   * @param count of factors
   * @param out address of the first query's first vector, the second follows; the next query's is {@code outStride} on
   */
  static void four(
      long a, long aStride, long m, long step, long second, int count, long out, long outStride) {
    long a1 = a + aStride;
    long a2 = a1 + aStride;
    long a3 = a2 + aStride;
    long out1 = out + outStride;
    long out2 = out1 + outStride;
    long out3 = out2 + outStride;
    FloatVector s00 = floats(out);
    FloatVector s01 = floats(out + BYTES);
    FloatVector s10 = floats(out1);
    FloatVector s11 = floats(out1 + BYTES);
    FloatVector s20 = floats(out2);
    FloatVector s21 = floats(out2 + BYTES);
    FloatVector s30 = floats(out3);
    FloatVector s31 = floats(out3 + BYTES);
    for (int i = 0; i < count; i++) {
      long at = 4L * i;
      FloatVector m0 = floats(m);
      FloatVector m1 = floats(m + second);
      FloatVector v = factor(a + at);
      s00 = m0.fma(v, s00);
      s01 = m1.fma(v, s01);
      v = factor(a1 + at);
      s10 = m0.fma(v, s10);
      s11 = m1.fma(v, s11);
      v = factor(a2 + at);
      s20 = m0.fma(v, s20);
      s21 = m1.fma(v, s21);
      v = factor(a3 + at);
      s30 = m0.fma(v, s30);
      s31 = m1.fma(v, s31);
      m += step;
    }
    Lanes.put(s00, out);
    Lanes.put(s01, out + BYTES);
    Lanes.put(s10, out1);
    Lanes.put(s11, out1 + BYTES);
    Lanes.put(s20, out2);
    Lanes.put(s21, out2 + BYTES);
    Lanes.put(s30, out3);
    Lanes.put(s31, out3 + BYTES);
  }

  /** One query and four vectors, {@code second}, {@code third} and {@code fourth} bytes from the first. */
  static void one(long a, long m, long step, long second, long third, long fourth, int count, long out) {
    FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out, ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out + BYTES, ORDER);
    FloatVector s2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out + 2L * BYTES, ORDER);
    FloatVector s3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out + 3L * BYTES, ORDER);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.broadcast(FLOATS, MEMORY.get(FLOAT, a + 4L * i));
      s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m, ORDER).fma(v, s0);
      s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m + second, ORDER).fma(v, s1);
      s2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m + third, ORDER).fma(v, s2);
      s3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m + fourth, ORDER).fma(v, s3);
      m += step;
    }
    s0.intoMemorySegment(MEMORY, out, ORDER);
    s1.intoMemorySegment(MEMORY, out + BYTES, ORDER);
    s2.intoMemorySegment(MEMORY, out + 2L * BYTES, ORDER);
    s3.intoMemorySegment(MEMORY, out + 3L * BYTES, ORDER);
  }

  /** One query and two vectors: what is left of the other shape. */
  static void pair(long a, long m, long step, long second, int count, long out) {
    FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out, ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, out + BYTES, ORDER);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.broadcast(FLOATS, MEMORY.get(FLOAT, a + 4L * i));
      s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m, ORDER).fma(v, s0);
      s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, m + second, ORDER).fma(v, s1);
      m += step;
    }
    s0.intoMemorySegment(MEMORY, out, ORDER);
    s1.intoMemorySegment(MEMORY, out + BYTES, ORDER);
  }

  private static FloatVector factor(long address) {
    return FloatVector.broadcast(FLOATS, MEMORY.get(FLOAT, address));
  }
}
