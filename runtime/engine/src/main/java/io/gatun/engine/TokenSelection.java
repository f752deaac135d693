package io.gatun.engine;

import java.util.random.RandomGenerator;

/** Draws a token from candidates, plainly or as {@link Mirostat} has it, whose μ it keeps. */
final class TokenSelection {
  /** Candidates from which Mirostat 1 estimates the exponent. */
  private static final int ESTIMATED_FROM = 100;

  private final Mirostat mirostat;
  private double mu;

  TokenSelection(Mirostat mirostat) {
    this.mirostat = mirostat;
    mu = 2 * mirostat.tau();
  }

  /** The limit for the next token, in bits. */
  double mu() {
    return mu;
  }

  int next(Candidates candidates, RandomGenerator random, int vocabularySize) {
    switch (mirostat.version()) {
      case OFF -> {
        return candidates.id(candidates.draw(random.nextDouble()));
      }
      case ONE -> {
        candidates.sortBest(ESTIMATED_FROM);
        candidates.topK(count(exponent(candidates), vocabularySize));
      }
      case TWO -> candidates.limitSurprise(mu);
    }
    int index = candidates.draw(random.nextDouble());
    mu -= mirostat.eta() * (candidates.surprise(index) - mirostat.tau());
    return candidates.id(index);
  }

  /**
   * The exponent s of a Zipf distribution, p(i) ~ i^−s, by least squares: Σ tᵢbᵢ / Σ tᵢ² with tᵢ = ln((i+1)/i) and bᵢ =
   * ln(p(i)/p(i+1)), i from 1.
   */
  private static double exponent(Candidates candidates) {
    double products = 0;
    double squares = 0;
    for (int i = 0; i + 1 < Math.min(candidates.size(), ESTIMATED_FROM); i++) {
      double t = StrictMath.log((i + 2.0) / (i + 1));
      products += t * candidates.logRatio(i, i + 1);
      squares += t * t;
    }
    return squares == 0 ? 0 : products / squares;
  }

  /** k = ((s−1)·2^μ / (1 − N^(1−s)))^(1/s), from 1 to N. */
  private int count(double s, int vocabularySize) {
    double rest = s - 1;
    double logN = StrictMath.log(vocabularySize);
    double scale = rest == 0 ? 1 / logN : rest / -StrictMath.expm1(-rest * logN);
    double count = StrictMath.pow(scale * StrictMath.pow(2, mu), 1 / s);
    return Double.isNaN(count) ? vocabularySize : (int) Math.clamp(count, 1, vocabularySize);
  }
}
