package io.gatun.oracle.layers;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A matrix.
 *
 * @param out rows
 * @param in columns
 * @param values row after row
 */
public record FloatMatrix(int out, int in, float[] values) {
  public FloatMatrix {
    if (values.length != out * in) {
      throw new IllegalArgumentException("%d values for %d × %d".formatted(values.length, out, in));
    }
  }

  /** All zeros. */
  FloatMatrix(int out, int in) {
    this(out, in, new float[out * in]);
  }

  /** Normally distributed values. */
  public static FloatMatrix random(int out, int in, double deviation, SplittableRandom random) {
    var values = new float[out * in];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return new FloatMatrix(out, in, values);
  }

  float at(int row, int col) {
    return values[row * in + col];
  }

  void set(int row, int col, float value) {
    values[row * in + col] = value;
  }

  /** The largest magnitude in part of a row. */
  float largest(int row, int from, int to) {
    float largest = 0;
    for (int col = from; col < Math.min(to, in); col++) {
      largest = Math.max(largest, Math.abs(at(row, col)));
    }
    return largest;
  }

  /** The same among more rows and columns, which are zeros. */
  FloatMatrix padded(int rows, int cols) {
    var padded = new FloatMatrix(rows, cols);
    for (int row = 0; row < out; row++) {
      System.arraycopy(values, row * in, padded.values, row * cols, in);
    }
    return padded;
  }

  /** The first rows. */
  FloatMatrix rows(int count) {
    return new FloatMatrix(count, in, Arrays.copyOf(values, count * in));
  }
}
