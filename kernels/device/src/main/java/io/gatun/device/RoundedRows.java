package io.gatun.device;

import io.gatun.tensors.ActivationScheme.Float4PerBlock;
import io.gatun.tensors.ActivationScheme.Float8PerBlock;
import io.gatun.tensors.ActivationScheme.Float8PerToken;
import io.gatun.tensors.ActivationScheme.Float8Static;
import io.gatun.tensors.ActivationScheme.Rounded;

/**
 * Activations that a checkpoint wants to be small floats, as the floats that these are. Rounding is to the nearest, ties to
 * even, and what is too large becomes the largest number; what is no number stays so.
 *
 * <p>Scratch of one device, reused from product to product; grows and never shrinks. Rows may be filled by several
 * threads, each row by one.
 */
public final class RoundedRows {
  private static final float LARGEST_E4M3 = 448;
  private static final float LARGEST_E2M1 = 6;

  /** Columns that share a scale of E4M3. */
  private static final int E2M1_BLOCK = 16;

  private final HostMemory memory;
  private HostBuffer rows;

  /** @param memory of the device */
  public RoundedRows(HostMemory memory) {
    this.memory = memory;
    this.rows = memory.buffer(0, 1);
  }

  /** Room for as many rows as {@code x} has, valid until the next call. */
  public HostBuffer like(HostBuffer x) {
    if (rows.values() < x.values()) {
      rows = memory.buffer(1, Math.max(x.values(), 2 * rows.values()));
    }
    return rows.reshaped(x.rows(), x.cols());
  }

  /** Rounds rows {@code from} to {@code to}. */
  public static void round(HostBuffer x, Rounded scheme, HostBuffer out, long from, long to, Scratch scratch) {
    int cols = (int) x.cols();
    float[] row = scratch.x(cols);
    for (long r = from; r < to; r++) {
      x.copyTo(r * cols, row, cols);
      round(row, cols, scheme);
      out.copyFrom(row, r * cols, cols);
    }
  }

  private static void round(float[] row, int cols, Rounded scheme) {
    switch (scheme) {
      case Float8Static fixed -> toE4m3(row, 0, cols, fixed.scale());
      case Float8PerToken token -> toE4m3(row, 0, cols, Math.min(largest(row, 0, cols), token.limit()) / LARGEST_E4M3);
      case Float8PerBlock block -> {
        for (int start = 0; start < cols; start += block.length()) {
          int end = Math.min(cols, start + block.length());
          float scale = largest(row, start, end) / LARGEST_E4M3;
          toE4m3(row, start, end, block.powersOfTwo() ? powerOfTwo(scale) : scale);
        }
      }
      case Float4PerBlock global -> {
        for (int start = 0; start < cols; start += E2M1_BLOCK) {
          toE2m1(row, start, Math.min(cols, start + E2M1_BLOCK), global.globalScale());
        }
      }
    }
  }

  /** NaN if one is. */
  private static float largest(float[] row, int start, int end) {
    float largest = 0;
    for (int i = start; i < end; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    return largest;
  }

  /** The power of two that is no smaller. */
  private static float powerOfTwo(float scale) {
    float below = Math.scalb(1f, Math.getExponent(scale));
    return scale > 0 && scale < Float.POSITIVE_INFINITY && below < scale ? 2 * below : scale;
  }

  private static void toE4m3(float[] row, int start, int end, float scale) {
    for (int i = start; i < end; i++) {
      row[i] = scale == 0 ? 0 * row[i] : e4m3(row[i] / scale) * scale;
    }
  }

  private static void toE2m1(float[] row, int start, int end, float global) {
    float scale = e4m3(global * largest(row, start, end) / LARGEST_E2M1);
    for (int i = start; i < end; i++) {
      row[i] = scale == 0 ? 0 * row[i] : e2m1(row[i] * global / scale) * scale / global;
    }
  }

  /** The nearest number of E4M3: three bits of mantissa, and multiples of 2⁻⁹. */
  static float e4m3(float value) {
    return nearest(value, 3, -9, LARGEST_E4M3);
  }

  /** The nearest number of E2M1: one bit of mantissa, and multiples of ½. */
  static float e2m1(float value) {
    return nearest(value, 1, -1, LARGEST_E2M1);
  }

  /** @param least exponent of the smallest number */
  private static float nearest(float value, int mantissa, int least, float largest) {
    if (!(Math.abs(value) < largest)) {
      return Float.isNaN(value) ? value : Math.copySign(largest, value);
    }
    int unit = Math.max(Math.getExponent(value) - mantissa, least);
    float integers = Float.intBitsToFloat((127 + 23 + unit) << 23) * 1.5f; // floats near it are multiples of 2^unit
    return value + integers - integers;
  }
}
