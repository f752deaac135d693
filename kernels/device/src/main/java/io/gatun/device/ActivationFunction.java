package io.gatun.device;

/** The nonlinearity {@code f} of a feed-forward network. */
public enum ActivationFunction {
  /** {@code x · σ(x)} with {@code σ(x) = 1 / (1 + e⁻ˣ)}. Elfwing and others 2017, arXiv 1702.03118. */
  SILU,
  /**
   * {@code x · σ(2 √(2/π) (x + 0.044715 x³))}, the approximation of {@code x · Φ(x)} with a hyperbolic tangent. Hendrycks
   * and Gimpel 2016, arXiv 1606.08415.
   */
  GELU,
  /** {@code max(x, 0)²}. So and others 2021, arXiv 2109.08668. */
  RELU_SQUARED,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code ln(1 + eˣ)}. Dugas and others 2000. */
  SOFTPLUS,
  /** {@code σ(x)}. */
  SIGMOID,
  /** {@code x}. */
  IDENTITY,
  /**
   * {@code m · σ(1.702 m)} with {@code m = min(x, 7)}; what it gates is not {@code u} but {@code min(max(u, −7), 7) + 1}.
   * OpenAI 2025, arXiv 2508.10925.
   */
  SILU_CLAMPED;

  /** {@code f(x)}. */
  double of(double x) {
    return switch (this) {
      case SILU -> x / (1 + Math.exp(-x));
      case GELU -> x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
      case RELU -> Math.max(x, 0);
      case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case IDENTITY -> x;
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case SILU_CLAMPED -> Math.min(x, 7) / (1 + Math.exp(-1.702 * Math.min(x, 7)));
    };
  }

  /** What {@code f} gates, given {@code up}. */
  double gated(double up) {
    return switch (this) {
      case SILU, GELU, RELU_SQUARED, RELU, SOFTPLUS, SIGMOID, IDENTITY -> up;
      case SILU_CLAMPED -> Math.min(Math.max(up, -7), 7) + 1;
    };
  }
}
