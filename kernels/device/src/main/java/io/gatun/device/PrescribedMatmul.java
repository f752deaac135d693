package io.gatun.device;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.MatrixEncoding;
import java.util.Optional;

/**
 * Products with 8-bit activations as a checkpoint prescribes them: integers are multiplied exactly, and scaled and summed
 * in double.
 *
 * <pre>
 *   y[n] = s · Σ over groups g of (scale(n, g) · Σ code(n, k) · (q[k] − zero) + minimum(n, g) · Σ (q[k] − zero))
 *          + Σ over outlier columns k of x[k] · W[n][k] </pre>
 *
 * @param scheme one with integers
 */
record PrescribedMatmul(ActivationScheme scheme) implements MatmulKernel<HostBuffer> {

  /** Empty if the encoding prescribes nothing, or no integers. */
  static Optional<MatmulKernel<HostBuffer>> of(Encoding encoding) {
    if (!(encoding instanceof MatrixEncoding matrix) || matrix.codes().isEmpty()) {
      return Optional.empty();
    }
    return matrix
        .activations()
        .filter(
            scheme ->
                switch (scheme) {
                  case ActivationScheme.Int8PerToken _,
                      ActivationScheme.Int8Static _,
                      ActivationScheme.Int8WithOutliers _ -> true;
                  case ActivationScheme.Float8Static _,
                      ActivationScheme.Float8PerToken _,
                      ActivationScheme.Float8PerBlock _,
                      ActivationScheme.Float4PerBlock _ -> false;
                })
        .map(PrescribedMatmul::new);
  }

  /** A token: its codes less their zero point, their scale, and what stays a float; in packed order. */
  @SuppressWarnings("ArrayRecordComponent") // a view for one call, compared by nobody
  private record Token(int[] codes, double scale, float[] outliers) {}

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    HostMatrix w = product.w();
    int cols = (int) w.cols();
    boolean[] outliers = outliers(product, cols);
    int[] permutation = w.permutation();
    byte[] codes = scratch.codes(cols);
    int groups = Math.ceilDiv(cols, w.groupLength());
    float[] scales = scratch.scales(groups);
    float[] minimums = scratch.minimums(groups);
    for (long r = 0; r < product.count(); r++) {
      var x = new float[cols];
      product.x().copyTo((product.firstX() + r) * cols, x, cols);
      Token token = token(x, outliers, permutation);
      for (long row = from; row < to; row++) {
        w.unpack(product.expert(), row, 1, codes, scales, minimums);
        float y = (float) dot(w, token, codes, scales, minimums);
        product.out().put((product.firstOut() + r) * product.out().cols() + row, y);
      }
    }
  }

  /** Columns in which a row of the product reaches the threshold; none with schemes that have none. */
  private boolean[] outliers(Product<HostBuffer> product, int cols) {
    var columns = new boolean[cols];
    if (scheme instanceof ActivationScheme.Int8WithOutliers threshold) {
      for (long r = 0; r < product.count(); r++) {
        for (int k = 0; k < cols; k++) {
          columns[k] |= Math.abs(product.x().at((product.firstX() + r) * cols + k)) >= threshold.threshold();
        }
      }
    }
    return columns;
  }

  private Token token(float[] x, boolean[] outliers, int[] permutation) {
    var codes = new int[x.length];
    var floats = new float[x.length];
    double scale = scale(x);
    for (int i = 0; i < x.length; i++) {
      int k = permutation.length == 0 ? i : permutation[i];
      if (outliers[k]) {
        floats[i] = x[k];
      } else {
        codes[i] = code(x[k], scale);
      }
    }
    return new Token(codes, scale, floats);
  }

  private double scale(float[] x) {
    float largest = 0;
    float below = scheme instanceof ActivationScheme.Int8WithOutliers threshold ? threshold.threshold() : Float.POSITIVE_INFINITY;
    for (float value : x) {
      float magnitude = Math.abs(value);
      largest = magnitude < below ? Math.max(largest, magnitude) : largest;
    }
    return scheme instanceof ActivationScheme.Int8Static fixed ? fixed.scale() : (double) largest / 127;
  }

  /** The code less the zero point. */
  private int code(float x, double scale) {
    if (scale == 0) {
      return 0;
    }
    int zero = scheme instanceof ActivationScheme.Int8Static fixed ? fixed.zero() : 0;
    return Math.clamp((long) Math.rint(x / scale) + zero, Byte.MIN_VALUE, Byte.MAX_VALUE) - zero;
  }

  private static double dot(HostMatrix w, Token token, byte[] codes, float[] scales, float[] minimums) {
    int length = w.groupLength();
    double integers = 0;
    double floats = 0;
    for (int start = 0, g = 0; start < token.codes.length; start += length, g++) {
      long dot = 0;
      long sum = 0;
      double outliers = 0;
      double outlierSum = 0;
      for (int i = start; i < Math.min(start + length, token.codes.length); i++) {
        dot += (long) codes[i] * token.codes[i];
        sum += token.codes[i];
        outliers += (double) codes[i] * token.outliers[i];
        outlierSum += token.outliers[i];
      }
      double minimum = w.hasMinimum() ? minimums[g] : 0;
      integers += scales[g] * (double) dot + minimum * sum;
      floats += scales[g] * outliers + minimum * outlierSum;
    }
    return token.scale * integers + floats;
  }
}
