package io.gatun.device;

import java.lang.foreign.ValueLayout;

/**
 * What an activation row is multiplied by before it is rotated, a power of two, and its results divided by: neither
 * should sums of many overflow, nor small ones lose bits.
 */
public final class RotationFactor {
  /** For a row with infinite values, which must not be rotated: they would meet each other. */
  public static final float NONE = 0;

  /** A row whose squares have a sum between these surely has a factor of 1. */
  public static final double LEAST_SQUARES = 0x1p-30;

  public static final double MOST_SQUARES = 0x1p120;

  private static final float SMALL = 0x1p-30f;
  private static final float LARGE = 0x1p90f;
  private static final float MORE = 0x1p60f;
  private static final float LESS = 0x1p-30f;

  private RotationFactor() {}

  /** The factor of a row, which depends on nothing else. */
  public static float of(HostBuffer x, long row) {
    float largest = 0;
    for (long i = row * x.cols(); i < (row + 1) * x.cols(); i++) {
      largest = Math.max(largest, Math.abs(x.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i)));
    }
    if (Float.isInfinite(largest)) {
      return NONE;
    }
    return largest > LARGE ? LESS : largest < SMALL ? MORE : 1;
  }
}
