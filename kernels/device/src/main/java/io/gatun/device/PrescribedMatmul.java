package io.gatun.device;

import io.gatun.tensors.ByteCodes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Products with 8-bit activations as a checkpoint prescribes them: integers are multiplied exactly, and scaled and summed
 * in double, so that all ways to multiply them give the same bits.
 *
 * <pre>
 *   y[n] = s · Σ over groups g of (scale(n, g) · Σ code(n, k) · (q[k] − zero) + minimum(n, g) · Σ (q[k] − zero))
 *          + Σ over outlier columns k of x[k] · W[n][k] </pre>
 *
 * @param dots multiplies the integers
 */
record PrescribedMatmul(ByteDots dots) implements MatmulKernel<PrescribedRows> {
  /** Weight rows whose integers are multiplied together, and activation rows. */
  private static final int STRIP = 32;

  private static final int TOKENS = 32;

  /**
   * Some weight rows.
   *
   * @param codes in native memory
   * @param groups of a row
   * @param scales row after row
   * @param minimums likewise, where the encoding has them
   */
  @SuppressWarnings("ArrayRecordComponent") // a view for one call, compared by nobody
  private record Strip(ByteDots.Rows codes, int groupLength, int groups, float[] scales, float[] minimums) {}

  @Override
  public void run(Product<PrescribedRows> product, long from, long to, Scratch scratch) {
    for (long row = from; row < to; row += STRIP) {
      int rows = (int) Math.min(STRIP, to - row);
      Strip strip = strip(product.w(), product.expert(), row, rows, scratch);
      for (long token = 0; token < product.count(); token += TOKENS) {
        multiply(product, strip, row, token, (int) Math.min(TOKENS, product.count() - token));
      }
    }
  }

  /** The bytes of the file where they are codes, or what is unpacked of them. */
  private static Strip strip(HostMatrix w, int expert, long row, int rows, Scratch scratch) {
    int cols = (int) w.cols();
    Optional<ByteCodes> bytes = w.byteCodes().filter(_ -> w.planes().getFirst().isNative());
    int length = bytes.map(ByteCodes::groupLength).orElseGet(w::groupLength);
    int groups = Math.ceilDiv(cols, length);
    float[] scales = scratch.scales((long) rows * groups);
    float[] minimums = scratch.minimums((long) rows * groups);
    if (bytes.isPresent()) {
      long first = w.firstRow(expert) + row;
      bytes.get().factors(w.planes(), first, rows, scales, minimums);
      var codes = new ByteDots.Rows(w.planes().getFirst(), first * cols, cols, rows);
      return new Strip(codes, length, groups, scales, minimums);
    }
    byte[] codes = scratch.codes((long) rows * cols);
    w.unpack(expert, row, rows, codes, scales, minimums);
    MemorySegment block = scratch.block((long) STRIP * cols);
    MemorySegment.copy(codes, 0, block, ValueLayout.JAVA_BYTE, 0, rows * cols);
    return new Strip(new ByteDots.Rows(block, 0, cols, rows), length, groups, scales, minimums);
  }

  private void multiply(Product<PrescribedRows> product, Strip strip, long row, long token, int tokens) {
    HostMatrix w = product.w();
    PrescribedRows x = product.x();
    int rows = strip.codes.count();
    long first = product.firstX() + token;
    var dotted = new int[rows * tokens];
    var sums = new double[rows * tokens];
    for (int g = 0; g < strip.groups; g++) {
      int end = (int) Math.min(w.cols(), (g + 1L) * strip.groupLength);
      for (int col = g * strip.groupLength, next; col < end; col = next) {
        next = Math.min(end, col + ByteDots.MOST_COLUMNS);
        dots.run(from(strip.codes, col), x.codes(first, tokens, col), next - col, dotted);
        for (int i = 0; i < sums.length; i++) {
          sums[i] += strip.scales[i / tokens * strip.groups + g] * (double) dotted[i];
        }
        if (w.hasMinimum()) {
          addMinimums(strip, x, first, tokens, g, col, next, sums);
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      long xRow = first + i % tokens;
      double y = x.scale(xRow) * sums[i] + outliers(strip, w, x, xRow, i / tokens);
      long outRow = product.firstOut() + token + i % tokens;
      product.out().put(outRow * product.out().cols() + row + i / tokens, (float) y);
    }
  }

  private static ByteDots.Rows from(ByteDots.Rows codes, int col) {
    return new ByteDots.Rows(codes.segment(), codes.offset() + col, codes.stride(), codes.count());
  }

  private static void addMinimums(
      Strip strip, PrescribedRows x, long first, int tokens, int group, int from, int to, double[] sums) {
    var codes = new long[tokens];
    Arrays.setAll(codes, token -> x.sum(first + token, from, to));
    for (int i = 0; i < sums.length; i++) {
      sums[i] += strip.minimums[i / tokens * strip.groups + group] * (double) codes[i % tokens];
    }
  }

  private static double outliers(Strip strip, HostMatrix w, PrescribedRows x, long xRow, int row) {
    double sum = 0;
    long codes = strip.codes.offset() + row * strip.codes.stride();
    for (int col : x.outliers()) {
      int factor = row * strip.groups + col / strip.groupLength;
      double scaled = strip.scales[factor] * (double) strip.codes.segment().get(ValueLayout.JAVA_BYTE, codes + col);
      sum += x.value(xRow, col) * (w.hasMinimum() ? scaled + strip.minimums[factor] : scaled);
    }
    return sum;
  }
}
