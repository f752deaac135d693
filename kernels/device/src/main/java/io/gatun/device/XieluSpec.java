package io.gatun.device;

/**
 * The parameters of an activation function that is a square on one side and an exponential on the other. Huang and Schlag
 * 2024, arXiv 2411.13010.
 *
 * @param alphaPositive factor on the square
 * @param alphaNegative factor on the exponential
 * @param beta slope at 0
 * @param eps largest exponent, below 0
 */
public record XieluSpec(float alphaPositive, float alphaNegative, float beta, float eps) {

  /** {@code αp · x² + β · x} for {@code x} above 0, {@code αn · (e^min(x, eps) − 1 − x) + β · x} for others. */
  double of(double x) {
    return x > 0
        ? alphaPositive * x * x + beta * x
        : alphaNegative * (Math.expm1(Math.min(x, eps)) - x) + beta * x;
  }
}
