package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns bytes of weight rows around, so that a vector has the same four bytes of each row, one row to a lane. Squares of
 * {@link Lanes#COUNT} rows × as many times four bytes, by halving: a stage of distance d exchanges lanes between vectors
 * that are d apart. Two stages to a pass over memory. Stateless.
 */
final class StripTranspose {
  /** Whether the processor has an instruction that chooses from two vectors; those with vectors of 512 bits do. */
  private static final boolean CHOOSES = VectorShape.preferredShape().vectorBitSize() == 512;

  private static final IntVector LOW_HALF = low(COUNT / 2);
  private static final IntVector HIGH_HALF = high(COUNT / 2);
  private static final IntVector LOW_QUARTER = low(COUNT / 4);
  private static final IntVector HIGH_QUARTER = high(COUNT / 4);
  private static final IntVector LOW_2 = low(2);
  private static final IntVector HIGH_2 = high(2);
  private static final IntVector LOW_1 = low(1);
  private static final IntVector HIGH_1 = high(1);

  private static final VectorShuffle<Integer> SWAP_HALF = swap(COUNT / 2);
  private static final VectorShuffle<Integer> SWAP_QUARTER = swap(COUNT / 4);
  private static final VectorShuffle<Integer> SWAP_2 = swap(2);
  private static final VectorShuffle<Integer> SWAP_1 = swap(1);
  private static final VectorMask<Integer> UPPER_HALF = upper(COUNT / 2);
  private static final VectorMask<Integer> UPPER_QUARTER = upper(COUNT / 4);
  private static final VectorMask<Integer> UPPER_2 = upper(2);
  private static final VectorMask<Integer> UPPER_1 = upper(1);

  private StripTranspose() {}

  private static IntVector low(int d) {
    return lanes(i -> (i & d) == 0 ? i : COUNT + i - d);
  }

  private static IntVector high(int d) {
    return lanes(i -> (i & d) == 0 ? i + d : COUNT + i);
  }

  private static VectorShuffle<Integer> swap(int d) {
    return VectorShuffle.fromOp(INTS, i -> i ^ d);
  }

  private static VectorMask<Integer> upper(int d) {
    return lanes(i -> i & d).compare(VectorOperators.NE, 0);
  }

  private static IntVector lanes(IntUnaryOperator value) {
    return IntVector.fromArray(INTS, IntStream.range(0, COUNT).map(value).toArray(), 0);
  }

  /** The lanes of {@code a} and {@code b} whose number lacks the distance's bit, those of {@code b} moved up by it. */
  private static IntVector low(IntVector a, IntVector b, IntVector choice, VectorShuffle<Integer> swap, VectorMask<Integer> upper) {
    return CHOOSES ? choice.selectFrom(a, b) : a.blend(b.rearrange(swap), upper);
  }

  /** The lanes of {@code a} and {@code b} whose number has the distance's bit, those of {@code a} moved down by it. */
  private static IntVector high(IntVector a, IntVector b, IntVector choice, VectorShuffle<Integer> swap, VectorMask<Integer> upper) {
    return CHOOSES ? choice.selectFrom(a, b) : a.rearrange(swap).blend(b, upper);
  }

  /**
   * Turns {@code bytes} bytes of each row into {@code bytes / 4} vectors. Reads nothing else; lanes past the last row
   * repeat it.
   *
   * @param source address of the first row's bytes
   * @param rowBytes from row to row
   * @param rows 1 to {@link Lanes#COUNT}
   * @param bytes a multiple of 4, at least a vector
   * @param target address of the vectors
   */
  static void rows(long source, long rowBytes, int rows, int bytes, long target) {
    for (long done = 0; done < bytes; done += BYTES) {
      long offset = Math.min(done, bytes - BYTES);
      square(source + offset, rowBytes, rows, target + offset / 4 * BYTES);
    }
  }

  /** Turns a square of vectors in place. */
  static void turn(long vectors) {
    square(vectors, BYTES, COUNT, vectors);
  }

  private static void square(long source, long rowBytes, int rows, long target) {
    int d = COUNT / 4;
    long last = source + (rows - 1) * rowBytes;
    for (int i = 0; i < d; i++) {
      long row = source + i * rowBytes;
      var v0 = IntVector.fromMemorySegment(INTS, MEMORY, Math.min(row, last), ORDER);
      var v1 = IntVector.fromMemorySegment(INTS, MEMORY, Math.min(row + d * rowBytes, last), ORDER);
      var v2 = IntVector.fromMemorySegment(INTS, MEMORY, Math.min(row + 2L * d * rowBytes, last), ORDER);
      var v3 = IntVector.fromMemorySegment(INTS, MEMORY, Math.min(row + 3L * d * rowBytes, last), ORDER);
      var a0 = low(v0, v2, LOW_HALF, SWAP_HALF, UPPER_HALF);
      var a2 = high(v0, v2, HIGH_HALF, SWAP_HALF, UPPER_HALF);
      var a1 = low(v1, v3, LOW_HALF, SWAP_HALF, UPPER_HALF);
      var a3 = high(v1, v3, HIGH_HALF, SWAP_HALF, UPPER_HALF);
      long t = target + i * BYTES;
      low(a0, a1, LOW_QUARTER, SWAP_QUARTER, UPPER_QUARTER).intoMemorySegment(MEMORY, t, ORDER);
      high(a0, a1, HIGH_QUARTER, SWAP_QUARTER, UPPER_QUARTER).intoMemorySegment(MEMORY, t + d * BYTES, ORDER);
      low(a2, a3, LOW_QUARTER, SWAP_QUARTER, UPPER_QUARTER).intoMemorySegment(MEMORY, t + 2L * d * BYTES, ORDER);
      high(a2, a3, HIGH_QUARTER, SWAP_QUARTER, UPPER_QUARTER).intoMemorySegment(MEMORY, t + 3L * d * BYTES, ORDER);
    }
    if (COUNT == 16) {
      fours(target);
    } else if (COUNT == 8) {
      twos(target);
    }
  }

  /** Distances 2 and 1. */
  private static void fours(long target) {
    for (int i = 0; i < COUNT; i += 4) {
      long t = target + i * BYTES;
      var v0 = IntVector.fromMemorySegment(INTS, MEMORY, t, ORDER);
      var v1 = IntVector.fromMemorySegment(INTS, MEMORY, t + BYTES, ORDER);
      var v2 = IntVector.fromMemorySegment(INTS, MEMORY, t + 2 * BYTES, ORDER);
      var v3 = IntVector.fromMemorySegment(INTS, MEMORY, t + 3 * BYTES, ORDER);
      var a0 = low(v0, v2, LOW_2, SWAP_2, UPPER_2);
      var a2 = high(v0, v2, HIGH_2, SWAP_2, UPPER_2);
      var a1 = low(v1, v3, LOW_2, SWAP_2, UPPER_2);
      var a3 = high(v1, v3, HIGH_2, SWAP_2, UPPER_2);
      low(a0, a1, LOW_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t, ORDER);
      high(a0, a1, HIGH_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
      low(a2, a3, LOW_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t + 2 * BYTES, ORDER);
      high(a2, a3, HIGH_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t + 3 * BYTES, ORDER);
    }
  }

  /** Distance 1. */
  private static void twos(long target) {
    for (int i = 0; i < COUNT; i += 2) {
      long t = target + i * BYTES;
      var v0 = IntVector.fromMemorySegment(INTS, MEMORY, t, ORDER);
      var v1 = IntVector.fromMemorySegment(INTS, MEMORY, t + BYTES, ORDER);
      low(v0, v1, LOW_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t, ORDER);
      high(v0, v1, HIGH_1, SWAP_1, UPPER_1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
    }
  }
}
