package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;

/**
 * Products of floats. Lanes are columns: lane l of a sum adds the columns l, l + lanes, l + 2·lanes, … in this order, and
 * {@link #reduce} adds the lanes in a fixed tree; so a result has the same bits whether its rows are computed alone or in
 * a tile. Each method is one flat loop, as in {@link PanelTile}. Stateless.
 */
final class FloatTile {
  /** Weight rows whose sums are reduced together. */
  static final int STRIP = 16;

  private FloatTile() {}

  /**
   * Four weight rows × four activation rows.
   *
   * @param w0 address of the first weight row
   * @param wStride bytes from row to row
   * @param wLast address of the last row, which stands for those after it
   * @param x0 address of the first activation row
   * @param xStride bytes from row to row
   * @param sums address of the vectors of sums, {@code [activation row][STRIP]}
   */
  static void four(long w0, long wStride, long wLast, long x0, long xStride, int cols, long sums) {
    long w1 = Math.min(w0 + wStride, wLast);
    long w2 = Math.min(w1 + wStride, wLast);
    long w3 = Math.min(w2 + wStride, wLast);
    long x1 = x0 + xStride;
    long x2 = x1 + xStride;
    long x3 = x2 + xStride;
    var s00 = FloatVector.zero(FLOATS);
    var s01 = s00;
    var s02 = s00;
    var s03 = s00;
    var s10 = s00;
    var s11 = s00;
    var s12 = s00;
    var s13 = s00;
    var s20 = s00;
    var s21 = s00;
    var s22 = s00;
    var s23 = s00;
    var s30 = s00;
    var s31 = s00;
    var s32 = s00;
    var s33 = s00;
    long bytes = 4L * cols;
    long tail = bytes % BYTES;
    for (long i = 0; i < bytes - tail; i += BYTES) {
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0 + i, ORDER);
      var v1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x1 + i, ORDER);
      var v2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x2 + i, ORDER);
      var v3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x3 + i, ORDER);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0 + i, ORDER);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      s02 = w.fma(v2, s02);
      s03 = w.fma(v3, s03);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1 + i, ORDER);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      s12 = w.fma(v2, s12);
      s13 = w.fma(v3, s13);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w2 + i, ORDER);
      s20 = w.fma(v0, s20);
      s21 = w.fma(v1, s21);
      s22 = w.fma(v2, s22);
      s23 = w.fma(v3, s23);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w3 + i, ORDER);
      s30 = w.fma(v0, s30);
      s31 = w.fma(v1, s31);
      s32 = w.fma(v2, s32);
      s33 = w.fma(v3, s33);
    }
    if (tail > 0) {
      long i = bytes - tail;
      var mask = FLOATS.indexInRange(0, tail / 4);
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0 + i, ORDER, mask);
      var v1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x1 + i, ORDER, mask);
      var v2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x2 + i, ORDER, mask);
      var v3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x3 + i, ORDER, mask);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0 + i, ORDER, mask);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      s02 = w.fma(v2, s02);
      s03 = w.fma(v3, s03);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1 + i, ORDER, mask);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      s12 = w.fma(v2, s12);
      s13 = w.fma(v3, s13);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w2 + i, ORDER, mask);
      s20 = w.fma(v0, s20);
      s21 = w.fma(v1, s21);
      s22 = w.fma(v2, s22);
      s23 = w.fma(v3, s23);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w3 + i, ORDER, mask);
      s30 = w.fma(v0, s30);
      s31 = w.fma(v1, s31);
      s32 = w.fma(v2, s32);
      s33 = w.fma(v3, s33);
    }
    s00.intoMemorySegment(MEMORY, sums, ORDER);
    s10.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
    s20.intoMemorySegment(MEMORY, sums + 2 * BYTES, ORDER);
    s30.intoMemorySegment(MEMORY, sums + 3 * BYTES, ORDER);
    s01.intoMemorySegment(MEMORY, sums + STRIP * BYTES, ORDER);
    s11.intoMemorySegment(MEMORY, sums + STRIP * BYTES + BYTES, ORDER);
    s21.intoMemorySegment(MEMORY, sums + STRIP * BYTES + 2 * BYTES, ORDER);
    s31.intoMemorySegment(MEMORY, sums + STRIP * BYTES + 3 * BYTES, ORDER);
    s02.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES, ORDER);
    s12.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES + BYTES, ORDER);
    s22.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES + 2 * BYTES, ORDER);
    s32.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES + 3 * BYTES, ORDER);
    s03.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES, ORDER);
    s13.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES + BYTES, ORDER);
    s23.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES + 2 * BYTES, ORDER);
    s33.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES + 3 * BYTES, ORDER);
  }

  /** Eight weight rows × one activation row; as {@link #four}. */
  static void one(long w0, long wStride, long wLast, long x0, int cols, long sums) {
    long w1 = Math.min(w0 + wStride, wLast);
    long w2 = Math.min(w1 + wStride, wLast);
    long w3 = Math.min(w2 + wStride, wLast);
    long w4 = Math.min(w3 + wStride, wLast);
    long w5 = Math.min(w4 + wStride, wLast);
    long w6 = Math.min(w5 + wStride, wLast);
    long w7 = Math.min(w6 + wStride, wLast);
    var s00 = FloatVector.zero(FLOATS);
    var s10 = s00;
    var s20 = s00;
    var s30 = s00;
    var s40 = s00;
    var s50 = s00;
    var s60 = s00;
    var s70 = s00;
    long bytes = 4L * cols;
    long tail = bytes % BYTES;
    for (long i = 0; i < bytes - tail; i += BYTES) {
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0 + i, ORDER);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0 + i, ORDER);
      s00 = w.fma(v0, s00);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1 + i, ORDER);
      s10 = w.fma(v0, s10);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w2 + i, ORDER);
      s20 = w.fma(v0, s20);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w3 + i, ORDER);
      s30 = w.fma(v0, s30);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w4 + i, ORDER);
      s40 = w.fma(v0, s40);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w5 + i, ORDER);
      s50 = w.fma(v0, s50);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w6 + i, ORDER);
      s60 = w.fma(v0, s60);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w7 + i, ORDER);
      s70 = w.fma(v0, s70);
    }
    if (tail > 0) {
      long i = bytes - tail;
      var mask = FLOATS.indexInRange(0, tail / 4);
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0 + i, ORDER, mask);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0 + i, ORDER, mask);
      s00 = w.fma(v0, s00);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1 + i, ORDER, mask);
      s10 = w.fma(v0, s10);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w2 + i, ORDER, mask);
      s20 = w.fma(v0, s20);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w3 + i, ORDER, mask);
      s30 = w.fma(v0, s30);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w4 + i, ORDER, mask);
      s40 = w.fma(v0, s40);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w5 + i, ORDER, mask);
      s50 = w.fma(v0, s50);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w6 + i, ORDER, mask);
      s60 = w.fma(v0, s60);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w7 + i, ORDER, mask);
      s70 = w.fma(v0, s70);
    }
    s00.intoMemorySegment(MEMORY, sums, ORDER);
    s10.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
    s20.intoMemorySegment(MEMORY, sums + 2 * BYTES, ORDER);
    s30.intoMemorySegment(MEMORY, sums + 3 * BYTES, ORDER);
    s40.intoMemorySegment(MEMORY, sums + 4 * BYTES, ORDER);
    s50.intoMemorySegment(MEMORY, sums + 5 * BYTES, ORDER);
    s60.intoMemorySegment(MEMORY, sums + 6 * BYTES, ORDER);
    s70.intoMemorySegment(MEMORY, sums + 7 * BYTES, ORDER);
  }

  /** Adds the lanes of {@link #STRIP} sums: {@code out[i] = Σ lanes of sum i}. Uses the sums up. */
  static void reduce(long sums, long out) {
    for (int first = 0; first < STRIP; first += COUNT) {
      StripTranspose.turn(sums + first * BYTES);
      for (int half = COUNT / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          long address = sums + (first + i) * BYTES;
          FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER)
              .add(FloatVector.fromMemorySegment(FLOATS, MEMORY, address + half * BYTES, ORDER))
              .intoMemorySegment(MEMORY, address, ORDER);
        }
      }
      FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + first * BYTES, ORDER)
          .intoMemorySegment(MEMORY, out + 4L * first, ORDER);
    }
  }
}
