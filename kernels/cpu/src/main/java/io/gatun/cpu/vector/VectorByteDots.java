package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.Lanes.plain;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.S2I;

import io.gatun.device.ByteDots.Rows;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Dot products of signed bytes with 16-bit numbers; four weight rows meet an activation row at a time. Stateless. */
final class VectorByteDots {
  private static final int ROWS = 4;

  /** Columns of a step: at 128 bits, where a vector's bytes would be half of the smallest vector, those of two. */
  private static final int STEP = Math.max(8, COUNT);

  private static final VectorSpecies<Byte> BYTES_OF_STEP =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Byte.SIZE * STEP));
  private static final VectorSpecies<Short> SHORTS_OF_STEP =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Short.SIZE * STEP));

  private VectorByteDots() {}

  static void run(Rows w, Rows x, int cols, int[] sums) {
    long lastW = w.offset() + (w.count() - 1) * w.stride();
    long lastX = x.offset() + (x.count() - 1) * x.stride();
    long weights = Lanes.address(w.segment(), w.offset(), lastW + cols - w.offset());
    long activations = Lanes.address(x.segment(), x.offset(), lastX + (long) cols * Short.BYTES - x.offset());
    for (int row = 0; row < w.count(); row += ROWS) {
      int last = w.count() - 1 - row;
      long first = weights + row * w.stride();
      for (int token = 0; token < x.count(); token++) {
        int at = row * x.count() + token;
        four(first, w.stride(), last, activations + token * x.stride(), cols, sums, at, x.count());
      }
    }
  }

  /** @param last the last row there is, which stands for those after it */
  private static void four(long w, long stride, int last, long x, int cols, int[] sums, int at, int next) {
    long w0 = plain(w);
    long w1 = plain(w + Math.min(1, last) * stride);
    long w2 = plain(w + Math.min(2, last) * stride);
    long w3 = plain(w + Math.min(3, last) * stride);
    long x0 = plain(x);
    var s0 = IntVector.zero(INTS);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    int steps = cols / STEP;
    for (int step = 0; step < steps; step++) {
      long i = (long) step * STEP;
      ShortVector codes = ShortVector.fromMemorySegment(SHORTS_OF_STEP, MEMORY, x0 + 2 * i, ORDER);
      for (int part = 0; part < STEP / COUNT; part++) {
        var v = (IntVector) codes.convertShape(S2I, INTS, part);
        s0 = s0.add(v.mul(weights(w0 + i, part)));
        s1 = s1.add(v.mul(weights(w1 + i, part)));
        s2 = s2.add(v.mul(weights(w2 + i, part)));
        s3 = s3.add(v.mul(weights(w3 + i, part)));
      }
    }
    int done = steps * STEP;
    sums[at] = s0.reduceLanes(ADD) + rest(w0, x0, done, cols);
    if (last > 0) {
      sums[at + next] = s1.reduceLanes(ADD) + rest(w1, x0, done, cols);
    }
    if (last > 1) {
      sums[at + 2 * next] = s2.reduceLanes(ADD) + rest(w2, x0, done, cols);
    }
    if (last > 2) {
      sums[at + 3 * next] = s3.reduceLanes(ADD) + rest(w3, x0, done, cols);
    }
  }

  private static IntVector weights(long address, int part) {
    return (IntVector) ByteVector.fromMemorySegment(BYTES_OF_STEP, MEMORY, address, ORDER).convertShape(B2I, INTS, part);
  }

  private static int rest(long w, long x, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += MEMORY.get(ValueLayout.JAVA_BYTE, w + i) * MEMORY.get(SHORT, x + 2L * i);
    }
    return sum;
  }
}
