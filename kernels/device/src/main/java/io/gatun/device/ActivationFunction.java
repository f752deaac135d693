package io.gatun.device;

/** The nonlinearity of a feed-forward network. */
public enum ActivationFunction {
  /** {@code x / (1 + e⁻ˣ)}. */
  SILU
}
