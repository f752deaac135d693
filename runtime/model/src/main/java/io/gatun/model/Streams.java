package io.gatun.model;

/**
 * Several residual streams, of which blocks compute the first; the others are predicted, and corrected with it. AltUp:
 * Baykal and others 2023, arXiv 2301.13310.
 *
 * @param count of the streams
 * @param expand {@code [count − 1, n_embd, n_embd]}: makes the others of the first, whose length they then get
 * @param merge {@code [count − 1, n_embd, n_embd]}: brings them back, to its length again, before the mean of all is taken
 */
public record Streams(int count, Linear expand, Linear merge) {

  /**
   * What happens to the streams around a block. With {@code m(y) = tanh(router · norm(y) · scale)}:
   *
   * <pre>
   *   p[j] = x[j] + Σₖ (predict · m(x[0]))[j, k] · x[k];   y = block(p[0])
   *   x[j] = p[j] + (1 + (correct · m(y))[j]) · (y − p[0])
   * </pre>
   *
   * @param router {@code [count, n_embd]}
   * @param predict {@code [count · count, count]}
   * @param correct {@code [count, count]}
   */
  public record Prediction(Norm norm, float scale, Linear router, Linear predict, Linear correct) {}
}
