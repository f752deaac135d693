package io.gatun.oracle.layers;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A matrix rounded to integers, with a scale and a zero point for each group of each row:
 * W[n][k] = (code − zero) · scale, in float32.
 *
 * @param codes {@code [out, in]}, 0 to 2^bits − 1
 * @param scales {@code [out, groups]}, as the file holds them
 * @param zeros {@code [out, groups]}
 * @param matrix what they mean
 */
record GroupCodes(int[][] codes, float[][] scales, int[][] zeros, FloatMatrix matrix) {

  /**
   * Rounds to nearest.
   *
   * @param group of each column
   * @param symmetric whether zero points are all 2^(bits − 1)
   * @param stored what a file keeps of a scale
   */
  static GroupCodes of(FloatMatrix weights, int bits, int[] group, boolean symmetric, UnaryOperator<Float> stored) {
    int groups = 0;
    for (int g : group) {
      groups = Math.max(groups, g + 1);
    }
    var result =
        new GroupCodes(
            new int[weights.out()][weights.in()],
            new float[weights.out()][groups],
            new int[weights.out()][groups],
            new FloatMatrix(weights.out(), weights.in()));
    for (int row = 0; row < weights.out(); row++) {
      for (int g = 0; g < groups; g++) {
        result.round(weights, row, g, bits, group, symmetric, stored);
      }
    }
    return result;
  }

  /** Consecutive columns: group of column k is k div length. */
  static int[] consecutive(int columns, int length) {
    var group = new int[columns];
    for (int k = 0; k < columns; k++) {
      group[k] = k / length;
    }
    return group;
  }

  /** Puts values in a random order. */
  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  private void round(
      FloatMatrix weights, int row, int g, int bits, int[] group, boolean symmetric, UnaryOperator<Float> stored) {
    float least = 0;
    float most = 0;
    for (int k = 0; k < group.length; k++) {
      if (group[k] == g) {
        least = Math.min(least, weights.at(row, k));
        most = Math.max(most, weights.at(row, k));
      }
    }
    int top = (1 << bits) - 1;
    float scale = stored.apply((symmetric ? 2 * Math.max(most, -least) : most - least) / top);
    scale = scale > 0 ? scale : 1;
    int zero = symmetric ? 1 << (bits - 1) : Math.clamp(Math.round(-least / scale), 0, top);
    scales[row][g] = scale;
    zeros[row][g] = zero;
    for (int k = 0; k < group.length; k++) {
      if (group[k] == g) {
        int code = Math.clamp(Math.round(weights.at(row, k) / scale) + zero, 0, top);
        codes[row][k] = code;
        matrix.set(row, k, (code - zero) * scale);
      }
    }
  }

  /** Scales {@code [groups, out]}. */
  float[] scalesByGroup() {
    int groups = scales[0].length;
    var flat = new float[groups * scales.length];
    for (int n = 0; n < scales.length; n++) {
      for (int g = 0; g < groups; g++) {
        flat[g * scales.length + n] = scales[n][g];
      }
    }
    return flat;
  }

  /** Scales {@code [out, groups]}. */
  float[] scalesByRow() {
    int groups = scales[0].length;
    var flat = new float[groups * scales.length];
    for (int n = 0; n < scales.length; n++) {
      System.arraycopy(scales[n], 0, flat, n * groups, groups);
    }
    return flat;
  }

  /** The zero points of a group, of all rows. */
  int[] zerosOf(int g) {
    var column = new int[zeros.length];
    for (int n = 0; n < zeros.length; n++) {
      column[n] = zeros[n][g];
    }
    return column;
  }
}
