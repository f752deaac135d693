package io.gatun.cli.measure;

/** Log-probabilities from logits, in double: {@code log p[i] = x[i] − (max + log Σ exp(x[j] − max))}. */
final class LogSoftmax {
  private LogSoftmax() {}

  /** The logarithm of the sum of the exponentials of {@code logits}, which are finite. */
  static double logSum(float[] logits) {
    float max = logits[argmax(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - max);
    }
    return max + Math.log(sum);
  }

  /** The index of the greatest value, the lowest of equals. */
  static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
