package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.IntVector;

/**
 * Turns bytes of weight rows around, so that a vector has the same four bytes of each row, one row to a lane. Squares of
 * {@link Lanes#COUNT} rows × as many times four bytes, by halving: a stage of distance d exchanges lanes between vectors
 * that are d apart. Two stages to a pass over memory. Stateless.
 */
final class StripTranspose {
  private static final IntVector LOW_HALF = low(COUNT / 2);
  private static final IntVector HIGH_HALF = high(COUNT / 2);
  private static final IntVector LOW_QUARTER = low(COUNT / 4);
  private static final IntVector HIGH_QUARTER = high(COUNT / 4);
  private static final IntVector LOW_2 = low(2);
  private static final IntVector HIGH_2 = high(2);
  private static final IntVector LOW_1 = low(1);
  private static final IntVector HIGH_1 = high(1);

  private StripTranspose() {}

  private static IntVector low(int d) {
    var lanes = new int[COUNT];
    for (int i = 0; i < COUNT; i++) {
      lanes[i] = (i & d) == 0 ? i : COUNT + i - d;
    }
    return IntVector.fromArray(INTS, lanes, 0);
  }

  private static IntVector high(int d) {
    var lanes = new int[COUNT];
    for (int i = 0; i < COUNT; i++) {
      lanes[i] = (i & d) == 0 ? i + d : COUNT + i;
    }
    return IntVector.fromArray(INTS, lanes, 0);
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
      var a0 = LOW_HALF.selectFrom(v0, v2);
      var a2 = HIGH_HALF.selectFrom(v0, v2);
      var a1 = LOW_HALF.selectFrom(v1, v3);
      var a3 = HIGH_HALF.selectFrom(v1, v3);
      long t = target + i * BYTES;
      LOW_QUARTER.selectFrom(a0, a1).intoMemorySegment(MEMORY, t, ORDER);
      HIGH_QUARTER.selectFrom(a0, a1).intoMemorySegment(MEMORY, t + d * BYTES, ORDER);
      LOW_QUARTER.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 2L * d * BYTES, ORDER);
      HIGH_QUARTER.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 3L * d * BYTES, ORDER);
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
      var a0 = LOW_2.selectFrom(v0, v2);
      var a2 = HIGH_2.selectFrom(v0, v2);
      var a1 = LOW_2.selectFrom(v1, v3);
      var a3 = HIGH_2.selectFrom(v1, v3);
      LOW_1.selectFrom(a0, a1).intoMemorySegment(MEMORY, t, ORDER);
      HIGH_1.selectFrom(a0, a1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
      LOW_1.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 2 * BYTES, ORDER);
      HIGH_1.selectFrom(a2, a3).intoMemorySegment(MEMORY, t + 3 * BYTES, ORDER);
    }
  }

  /** Distance 1. */
  private static void twos(long target) {
    for (int i = 0; i < COUNT; i += 2) {
      long t = target + i * BYTES;
      var v0 = IntVector.fromMemorySegment(INTS, MEMORY, t, ORDER);
      var v1 = IntVector.fromMemorySegment(INTS, MEMORY, t + BYTES, ORDER);
      LOW_1.selectFrom(v0, v1).intoMemorySegment(MEMORY, t, ORDER);
      HIGH_1.selectFrom(v0, v1).intoMemorySegment(MEMORY, t + BYTES, ORDER);
    }
  }
}
