package io.gatun.model;

/**
 * One block of the residual stream {@code x}. With {@code mix(y) = mixerOutputNorm(mixer(y)) · residualScale} and {@code
 * feed} likewise:
 *
 * <pre>
 *   SEQUENTIAL   x += mix(mixerNorm(x));  x += feed(feedForwardNorm(x))
 *   PARALLEL     x += mix(mixerNorm(x)) + feed(feedForwardNorm(x))          both of the same x
 *   NORMED_SUM   x = mixerOutputNorm(x + mixer(mixerNorm(x)));  x = feedForwardOutputNorm(x + …)
 * </pre>
 *
 * @param residual which of these
 * @param residualScale factor on what is added
 */
public record BlockSpec(
    Residual residual,
    Norm mixerNorm,
    Mixer mixer,
    Norm mixerOutputNorm,
    Norm feedForwardNorm,
    FeedForward feedForward,
    Norm feedForwardOutputNorm,
    float residualScale) {

  /** How the two parts of a block join the stream. */
  public enum Residual {
    SEQUENTIAL,
    PARALLEL,
    NORMED_SUM
  }
}
