package io.gatun.cli.measure;

import java.util.Arrays;

/**
 * How far a model's predictions are from a base's, over all scored positions. Kullback–Leibler divergences, in nats, of
 * the model from the base: {@code Σ p_base · (log p_base − log p_model)}.
 *
 * @param mean of all positions
 * @param median likewise
 * @param p99 what 99 % of the positions do not exceed
 * @param max the greatest
 * @param top1Agreement the share of positions whose likeliest token is the same, 0 to 1
 */
public record Divergence(double mean, double median, double p99, double max, double top1Agreement) {

  /** Collects positions. Used by one thread at a time. */
  static final class Tally {
    private double[] values = new double[256];
    private int count;
    private int agreements;

    /**
     * Adds a position.
     *
     * @param base log-probabilities, {@code [n_vocab]}
     * @param logits of the model, {@code [n_vocab]}
     * @param logSum of their exponentials
     */
    void add(float[] base, float[] logits, double logSum) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = divergence(base, logits, logSum);
      agreements += LogSoftmax.argmax(base) == LogSoftmax.argmax(logits) ? 1 : 0;
    }

    private static double divergence(float[] base, float[] logits, double logSum) {
      double sum = 0;
      for (int i = 0; i < base.length; i++) {
        sum += Math.exp(base[i]) * (base[i] - (logits[i] - logSum));
      }
      return sum;
    }

    /** Of at least one position. */
    Divergence result() {
      double[] sorted = Arrays.copyOf(values, count);
      Arrays.sort(sorted);
      return new Divergence(
          Arrays.stream(sorted).sum() / count,
          quantile(sorted, 0.5),
          quantile(sorted, 0.99),
          sorted[count - 1],
          (double) agreements / count);
    }
  }

  /** The quantile of sorted values, linear between neighbours. */
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
