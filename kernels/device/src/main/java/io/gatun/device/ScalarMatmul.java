package io.gatun.device;

import java.util.function.Consumer;

/**
 * Matrix products, a strip of weight rows at a time: each row is decoded once and meets every activation row, and each
 * activation row is fetched once per strip.
 */
final class ScalarMatmul {
  /** Weight rows that are decoded together; small enough for the cache at usual widths. */
  private static final int STRIP = 8;

  private ScalarMatmul() {}

  static void floats(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    floats(product, from, to, scratch, _ -> {});
  }

  static void bf16(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    floats(product, from, to, scratch, Bf16::round);
  }

  /** @param rounding of the operands, in place */
  private static void floats(
      Product<HostBuffer> product, long from, long to, Scratch scratch, Consumer<float[]> rounding) {
    HostMatrix w = product.w();
    int cols = (int) w.cols();
    int most = Math.max(STRIP, w.rowStep());
    float[] weights = scratch.weights((long) most * cols);
    float[] x = scratch.x(cols);
    for (long strip = from; strip < to; strip += most) {
      int rows = (int) Math.min(most, to - strip);
      w.decode(product.expert(), strip, rows, weights);
      rounding.accept(weights);
      for (long r = 0; r < product.count(); r++) {
        product.x().copyTo((product.firstX() + r) * cols, x, cols);
        rounding.accept(x);
        long out = (product.firstOut() + r) * product.out().cols() + strip;
        for (int i = 0; i < rows; i++) {
          product.out().put(out + i, (float) dot(weights, i * cols, x, cols));
        }
      }
    }
  }

  private static double dot(float[] weights, int start, float[] x, int cols) {
    double sum = 0;
    for (int i = 0; i < cols; i++) {
      sum += (double) weights[start + i] * x[i];
    }
    return sum;
  }

  static void q8(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    HostMatrix w = product.w();
    int cols = (int) w.cols();
    int groups = Math.ceilDiv(cols, w.groupLength());
    byte[] codes = scratch.codes((long) STRIP * cols);
    float[] scales = scratch.scales((long) STRIP * groups);
    float[] minimums = scratch.minimums((long) STRIP * groups);
    for (long strip = from; strip < to; strip += STRIP) {
      int rows = (int) Math.min(STRIP, to - strip);
      w.unpack(product.expert(), strip, rows, codes, scales, minimums);
      for (long r = 0; r < product.count(); r++) {
        product.x().load(product.firstX() + r, scratch);
        long out = (product.firstOut() + r) * product.out().cols() + strip;
        for (int i = 0; i < rows; i++) {
          product.out().put(out + i, q8Row(w, cols, i, scratch));
        }
      }
    }
  }

  /**
   * One weight row of the strip times the activation row in the scratch. A piece ends where a group or a run of 32
   * activations ends. |dot| ≤ 32 · 128 · 127, below 2²⁴, so that its conversion to float is exact.
   */
  private static float q8Row(HostMatrix w, int cols, int row, Scratch scratch) {
    int group = w.groupLength();
    boolean minimum = w.hasMinimum();
    byte[] codes = scratch.codes(0);
    byte[] x = scratch.xCodes(0);
    float[] scales = scratch.scales(0);
    float[] minimums = scratch.minimums(0);
    float[] xScales = scratch.xScales(0);
    short[] xSums = scratch.xSums(0);
    int offset = row * cols;
    int g = row * Math.ceilDiv(cols, group);
    float acc = 0;
    int groupEnd = group;
    for (int start = 0, end; start < cols; start = end) {
      end = Math.min(Math.min(groupEnd, (start | (QuantizedRows.RUN - 1)) + 1), cols);
      float xScale = xScales[start / QuantizedRows.RUN];
      acc = Math.fma((float) dot(codes, offset + start, x, start, end - start), scales[g] * xScale, acc);
      if (minimum) {
        acc = Math.fma(minimums[g], xScale * sum(xSums, start, end), acc);
      }
      if (end == groupEnd) {
        g++;
        groupEnd += group;
      }
    }
    return acc;
  }

  private static int dot(byte[] w, int wStart, byte[] x, int xStart, int length) {
    int dot = 0;
    for (int i = 0; i < length; i++) {
      dot += w[wStart + i] * x[xStart + i];
    }
    return dot;
  }

  /** The sum of codes {@code start} to {@code end}; pieces are whole runs of 16, but for the end of a row. */
  private static int sum(short[] sums, int start, int end) {
    int sum = 0;
    for (int i = start; i < end; i += QuantizedRows.SUM_RUN) {
      sum += sums[i / QuantizedRows.SUM_RUN];
    }
    return sum;
  }
}
