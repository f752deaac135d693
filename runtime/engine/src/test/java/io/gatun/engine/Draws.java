package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

/**
 * Draws from a distribution through samplers of 20 seeds, to compare their frequencies with those that a sampling should
 * have.
 */
final class Draws {
  private static final int SEEDS = 20;
  private static final int DRAWS_PER_SEED = 1000;

  /** What χ² exceeds with probability 0.001, by degrees of freedom from 1. */
  private static final double[] CRITICAL = {10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12, 27.88};

  private final Sampling sampling;
  private final double[] probabilities;
  private final LogitsProcessor.History history;

  private Draws(Sampling sampling, double[] probabilities, LogitsProcessor.History history) {
    this.sampling = sampling;
    this.probabilities = probabilities;
    this.history = history;
  }

  /** @param probabilities the model's, by token, not necessarily of sum 1 */
  static Draws of(Sampling sampling, double... probabilities) {
    return new Draws(sampling, probabilities.clone(), new Ids());
  }

  /** After a text. */
  Draws after(int... ids) {
    return new Draws(sampling, probabilities, new Ids(ids));
  }

  /** @param expected the weights of the tokens, not necessarily of sum 1; 0 for those never drawn */
  void matches(double... expected) {
    int[] counts = counts();
    double sum = Arrays.stream(expected).sum();
    double chi = 0;
    int freedom = -1;
    for (int id = 0; id < counts.length; id++) {
      double mean = SEEDS * DRAWS_PER_SEED * expected[id] / sum;
      if (mean == 0) {
        assertEquals(0, counts[id], "token " + id + " should be filtered: " + Arrays.toString(counts));
      } else {
        chi += (counts[id] - mean) * (counts[id] - mean) / mean;
        freedom++;
      }
    }
    assertTrue(freedom < 1 || chi < CRITICAL[freedom - 1], "χ² " + chi + " of " + Arrays.toString(counts));
  }

  private int[] counts() {
    var counts = new int[probabilities.length];
    for (int seed = 0; seed < SEEDS; seed++) {
      var sampler = new Sampler(sampling, seed, new LetterTexts());
      for (int i = 0; i < DRAWS_PER_SEED; i++) {
        counts[sampler.next(logits(), history)]++;
      }
    }
    return counts;
  }

  private float[] logits() {
    var logits = new float[probabilities.length];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) Math.log(probabilities[id]);
    }
    return logits;
  }
}
