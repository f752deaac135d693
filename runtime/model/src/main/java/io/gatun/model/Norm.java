package io.gatun.model;

import java.util.Optional;

/** A norm, or none. */
public sealed interface Norm {

  /** Passes its input on. */
  record None() implements Norm {}

  /**
   * Root mean square.
   *
   * @param gain name of a tensor of {@code size} values; without one the values are only divided
   * @param bias name of a tensor of {@code size} values
   * @param length values normalised together, divides {@code size}: where each group has a gain of its own, it is smaller
   * @param size values before the gain repeats
   * @param eps added to the mean square
   */
  record Rms(Optional<String> gain, Optional<String> bias, int length, long size, float eps) implements Norm {

    /** One gain for all runs: the width of the model, or of a head. */
    public Rms(Optional<String> gain, long size, float eps) {
      this(gain, Optional.empty(), Math.toIntExact(size), size, eps);
    }

    /** Without a gain. */
    public Rms(int length, float eps) {
      this(Optional.empty(), Optional.empty(), length, length, eps);
    }
  }

  /**
   * Root mean square of each run of values, which has one factor as its gain.
   *
   * @param gain name of a tensor of {@code runs} values
   * @param length values normalised together
   * @param eps added to the mean square
   */
  record RmsByRun(String gain, int length, long runs, float eps) implements Norm {}

  /**
   * Mean and variance.
   *
   * @param gain name of a tensor of {@code size} values
   * @param bias name of a tensor of {@code size} values
   * @param length values normalised together, divides {@code size}: where each head has a gain of its own, it is smaller
   * @param size values before the gain repeats
   * @param eps added to the variance
   */
  record Layer(Optional<String> gain, Optional<String> bias, int length, long size, float eps) implements Norm {}
}
