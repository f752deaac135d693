package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.plain;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Products of floats. Lanes are columns: lane l of a sum adds the columns l, l + lanes, l + 2·lanes, … in this order, and
 * {@link #reduce} adds the lanes in a fixed tree; so a result has the same bits whether its rows are computed alone or in
 * a tile. Each method is one flat loop, as in {@link PanelTile}. Stateless.
 */
final class FloatTile {
  /** Weight rows whose sums are reduced together. */
  static final int STRIP = 16;

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorMask<Float> UPPER_8 = upper(8);
  private static final VectorMask<Float> UPPER_4 = upper(4);
  private static final VectorMask<Float> UPPER_2 = upper(2);
  private static final VectorMask<Float> UPPER_1 = upper(1);

  private FloatTile() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, i -> (i ^ distance) % COUNT);
  }

  private static VectorMask<Float> upper(int distance) {
    var lanes = new boolean[COUNT];
    for (int i = 0; i < COUNT; i++) {
      lanes[i] = (i & distance) != 0;
    }
    return VectorMask.fromArray(FLOATS, lanes, 0);
  }

  /**
   * Two weight rows × four activation rows: as many sums as a fused multiply-add takes to finish, in 16 registers.
   *
   * @param w0 address of the first weight row
   * @param wStride bytes from row to row
   * @param wLast address of the last row, which stands for those after it
   * @param x0 address of the first activation row
   * @param xStride bytes from row to row
   * @param sums address of the vectors of sums, {@code [activation row][STRIP]}
   */
  static void two(long w0, long wStride, long wLast, long x0, long xStride, int cols, long sums) {
    long w1 = Math.min(w0 + wStride, wLast);
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
    long bytes = 4L * cols;
    long tail = bytes % BYTES;
    int steps = (int) (bytes / BYTES);
    long w0Plain = plain(w0);
    long w1Plain = plain(w1);
    long x0Plain = plain(x0);
    long x1Plain = plain(x1);
    long x2Plain = plain(x2);
    long x3Plain = plain(x3);
    for (int step = 0; step < steps; step++) {
      long i = step * BYTES;
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0Plain + i, ORDER);
      var v1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x1Plain + i, ORDER);
      var v2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x2Plain + i, ORDER);
      var v3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x3Plain + i, ORDER);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0Plain + i, ORDER);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      s02 = w.fma(v2, s02);
      s03 = w.fma(v3, s03);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1Plain + i, ORDER);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      s12 = w.fma(v2, s12);
      s13 = w.fma(v3, s13);
    }
    s00.intoMemorySegment(MEMORY, sums, ORDER);
    s10.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
    s01.intoMemorySegment(MEMORY, sums + STRIP * BYTES, ORDER);
    s11.intoMemorySegment(MEMORY, sums + STRIP * BYTES + BYTES, ORDER);
    s02.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES, ORDER);
    s12.intoMemorySegment(MEMORY, sums + 2 * STRIP * BYTES + BYTES, ORDER);
    s03.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES, ORDER);
    s13.intoMemorySegment(MEMORY, sums + 3 * STRIP * BYTES + BYTES, ORDER);
    if (tail > 0) {
      for (int t = 0; t < 4; t++) {
        tail(w0 + bytes - tail, x0 + t * xStride + bytes - tail, (int) tail / 4, sums + (long) t * STRIP * BYTES);
        tail(w1 + bytes - tail, x0 + t * xStride + bytes - tail, (int) tail / 4, sums + (long) t * STRIP * BYTES + BYTES);
      }
    }
  }
  /** Eight weight rows × one activation row; as {@link #two}. */
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
    int steps = (int) (bytes / BYTES);
    long x0Plain = plain(x0);
    long w0Plain = plain(w0);
    long w1Plain = plain(w1);
    long w2Plain = plain(w2);
    long w3Plain = plain(w3);
    long w4Plain = plain(w4);
    long w5Plain = plain(w5);
    long w6Plain = plain(w6);
    long w7Plain = plain(w7);
    for (int step = 0; step < steps; step++) {
      long i = step * BYTES;
      var v0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, x0Plain + i, ORDER);
      var w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w0Plain + i, ORDER);
      s00 = w.fma(v0, s00);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w1Plain + i, ORDER);
      s10 = w.fma(v0, s10);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w2Plain + i, ORDER);
      s20 = w.fma(v0, s20);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w3Plain + i, ORDER);
      s30 = w.fma(v0, s30);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w4Plain + i, ORDER);
      s40 = w.fma(v0, s40);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w5Plain + i, ORDER);
      s50 = w.fma(v0, s50);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w6Plain + i, ORDER);
      s60 = w.fma(v0, s60);
      w = FloatVector.fromMemorySegment(FLOATS, MEMORY, w7Plain + i, ORDER);
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
    if (tail > 0) {
      for (int r = 0; r < 8; r++) {
        tail(Math.min(w0 + r * wStride, wLast) + bytes - tail, x0 + bytes - tail, (int) tail / 4, sums + r * BYTES);
      }
    }
  }

  /** The last columns, fewer than a vector has; apart, because masks make a method too large to be compiled as a whole. */
  private static void tail(long w, long x, int count, long sum) {
    var mask = FLOATS.indexInRange(0, count);
    var weights = FloatVector.fromMemorySegment(FLOATS, MEMORY, w, ORDER, mask);
    var activations = FloatVector.fromMemorySegment(FLOATS, MEMORY, x, ORDER, mask);
    weights.fma(activations, FloatVector.fromMemorySegment(FLOATS, MEMORY, sum, ORDER)).intoMemorySegment(MEMORY, sum, ORDER);
  }

  /**
   * Adds the lanes of {@link #STRIP} sums: {@code out[i] = Σ lanes of sum i}, by halving; lanes that are half a vector apart
   * first. Uses the sums up.
   */
  static void reduce(long sums, long out) {
    for (int first = 0; first < STRIP; first += COUNT) {
      long square = sums + first * BYTES;
      if (COUNT == 16) {
        fold(square, 8, SWAP_8, UPPER_8);
      }
      if (COUNT >= 8) {
        fold(square, 4, SWAP_4, UPPER_4);
      }
      fold(square, 2, SWAP_2, UPPER_2);
      fold(square, 1, SWAP_1, UPPER_1);
      FloatVector.fromMemorySegment(FLOATS, MEMORY, square, ORDER).intoMemorySegment(MEMORY, out + 4L * first, ORDER);
    }
  }

  /** Vectors i and i + distance become one: lanes of the first where the lane's number lacks the distance's bit. */
  private static void fold(long sums, int distance, VectorShuffle<Float> swap, VectorMask<Float> upper) {
    for (int i = 0; i < distance; i++) {
      long address = plain(sums + i * BYTES);
      var a = FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
      var b = FloatVector.fromMemorySegment(FLOATS, MEMORY, plain(address + distance * BYTES), ORDER);
      var low = a.blend(b.rearrange(swap), upper);
      var high = a.rearrange(swap).blend(b, upper);
      low.add(high).intoMemorySegment(MEMORY, address, ORDER);
    }
  }
}
