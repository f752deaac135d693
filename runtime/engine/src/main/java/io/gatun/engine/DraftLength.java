package io.gatun.engine;

import java.util.function.IntToDoubleFunction;

/**
 * Chooses how many tokens to guess at a time: as many as promise most tokens in a time. If each guess is right with
 * probability p where those before it were, k of them bring 1 + p + … + p^k tokens. Where no guess pays, a single one
 * is tried now and then, ever more seldom while it is wrong.
 */
final class DraftLength {
  /** p before anything is known. */
  private static final double PRIOR = 0.5;

  /** Of the latest verdict in p. */
  private static final double WEIGHT = 0.15;

  private static final int SHORTEST_PAUSE = 4;
  private static final int LONGEST_PAUSE = 64;

  /** How a guess did. */
  enum Verdict {
    RIGHT,
    WRONG
  }

  private double acceptance = PRIOR;
  private int pause = SHORTEST_PAUSE;
  private int waited;
  private boolean trying;

  /**
   * How many tokens to guess now.
   *
   * @param max at most, ≥ 1
   * @param cost of a step with so many guesses, 0 included, in any unit
   */
  int next(int max, IntToDoubleFunction cost) {
    trying = false;
    int best = 0;
    double bestRate = 1 / cost.applyAsDouble(0);
    double power = 1;
    double tokens = 1;
    for (int guesses = 1; guesses <= max; guesses++) {
      power *= acceptance;
      tokens += power;
      double rate = tokens / cost.applyAsDouble(guesses);
      if (rate > bestRate) {
        best = guesses;
        bestRate = rate;
      }
    }
    if (best == 0 && ++waited >= pause) {
      waited = 0;
      trying = true;
      return 1;
    }
    return best;
  }

  void judged(Verdict verdict) {
    acceptance += WEIGHT * ((verdict == Verdict.RIGHT ? 1 : 0) - acceptance);
    if (trying && verdict == Verdict.RIGHT) {
      acceptance = Math.max(acceptance, PRIOR);
      pause = SHORTEST_PAUSE;
    } else if (trying) {
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }
}
