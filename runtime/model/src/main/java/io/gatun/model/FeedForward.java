package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RouterSpec;

/** The part of a block that treats each token by itself. */
public sealed interface FeedForward {

  /** {@code down · (f(gate · x) ⊙ (up · x))}. */
  record Dense(Linear gate, Linear up, Linear down, ActivationFunction function) implements FeedForward {}

  /**
   * A router chooses some of many such networks for each token and adds their outputs with its weights.
   *
   * @param router {@code [n_expert, n_embd]}
   * @param gate {@code [n_expert, n_ff, n_embd]}, up likewise
   * @param down {@code [n_expert, n_embd, n_ff]}
   */
  record Experts(Linear router, RouterSpec routing, Linear gate, Linear up, Linear down, ActivationFunction function)
      implements FeedForward {}
}
