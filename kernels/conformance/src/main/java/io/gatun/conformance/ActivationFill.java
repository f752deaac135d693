package io.gatun.conformance;

import io.gatun.device.HostBuffer;
import java.util.random.RandomGenerator;

/** What the activations are. With 8 bits the codes of all but the first and last few are ±127 or 0. */
public enum ActivationFill {
  GAUSSIAN,
  /** All 1, so that all 8-bit codes are the greatest. */
  ONES,
  MINUS_ONES,
  /** ±1 in turn, at several periods: with alternating weights the greatest sums of products. */
  ALTERNATING,
  ALTERNATING_PAIRS,
  ALTERNATING_HALVES,
  ZEROS,
  NEGATIVE_ZEROS,
  /** Too small for an 8-bit scale's inverse. */
  SUBNORMAL,
  SMALL,
  LARGE,
  /** Near the largest float. */
  HUGE,
  /** Ordinary, but for one value of each second row. */
  ONE_NAN,
  ONE_INFINITY;

  /** Writes {@code [rows, cols]}. */
  public void fill(HostBuffer x, RandomGenerator random) {
    long cols = x.cols();
    for (long i = 0; i < x.values(); i++) {
      Comparison.put(x, i, value(i % cols, (float) random.nextGaussian()));
    }
    switch (this) {
      case ONE_NAN -> strew(x, Float.NaN, random);
      case ONE_INFINITY -> strew(x, random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY, random);
      case GAUSSIAN, ONES, MINUS_ONES, ALTERNATING, ALTERNATING_PAIRS, ALTERNATING_HALVES, ZEROS, NEGATIVE_ZEROS,
          SUBNORMAL, SMALL, LARGE, HUGE -> {}
    }
  }

  private float value(long col, float gaussian) {
    return switch (this) {
      case GAUSSIAN, ONE_NAN, ONE_INFINITY -> gaussian;
      case ONES -> 1;
      case MINUS_ONES -> -1;
      case ALTERNATING -> col % 2 == 0 ? 1 : -1;
      case ALTERNATING_PAIRS -> col % 4 < 2 ? 1 : -1;
      case ALTERNATING_HALVES -> col % 32 < 16 ? 1 : -1;
      case ZEROS -> 0f;
      case NEGATIVE_ZEROS -> -0f;
      case SUBNORMAL -> gaussian * 1e-42f;
      case SMALL -> gaussian * 1e-30f;
      case LARGE -> gaussian * 1e30f;
      case HUGE -> gaussian * 1e37f;
    };
  }

  private static void strew(HostBuffer x, float value, RandomGenerator random) {
    for (long row = 0; row < x.rows(); row += 2) {
      Comparison.put(x, row * x.cols() + random.nextLong(x.cols()), value);
    }
  }
}
