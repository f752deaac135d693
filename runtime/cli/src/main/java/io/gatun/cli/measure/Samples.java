package io.gatun.cli.measure;

import java.util.Arrays;

/**
 * Measured rates of repetitions, in tokens per second. Immutable and thread-safe.
 *
 * @param sorted ascending; empty if nothing was measured
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, changed by nobody
public record Samples(double[] sorted) {
  static final Samples NONE = new Samples(new double[0]);

  static Samples of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  public boolean isEmpty() {
    return sorted.length == 0;
  }

  /** Of at least one; of an even number the mean of the middle two. */
  public double median() {
    return Divergence.quantile(sorted, 0.5);
  }

  public double min() {
    return sorted[0];
  }

  public double max() {
    return sorted[sorted.length - 1];
  }

  /** The standard deviation of the sample; 0 of a single one. */
  public double deviation() {
    if (sorted.length < 2) {
      return 0;
    }
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double squares = Arrays.stream(sorted).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (sorted.length - 1));
  }
}
