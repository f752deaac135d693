package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RouterSpec;
import java.util.Optional;

/** The part of a block that treats each token by itself. */
public sealed interface FeedForward {

  /** A network that is not chosen but always there. */
  sealed interface Dense extends FeedForward {}

  /** A block without one. */
  record None() implements FeedForward {}

  /** {@code down · (f(gate · x) ⊙ (up · x))}. */
  record Gated(Linear gate, Linear up, Linear down, ActivationFunction function, Norm hiddenNorm) implements Dense {

    /** Without a norm of what comes before the last map. */
    public Gated(Linear gate, Linear up, Linear down, ActivationFunction function) {
      this(gate, up, down, function, new Norm.None());
    }
  }

  /** {@code down · f(up · x)}. */
  record Plain(Linear up, Linear down, ActivationFunction function) implements Dense {}

  /** What an expert's weight is multiplied with. */
  enum Weighed {
    OUTPUT,
    INPUT
  }

  /**
   * A router chooses some of many networks for each token and adds their outputs with its weights.
   *
   * @param router {@code [n_expert, n_embd]}
   * @param gate {@code [n_expert, n_ff, n_embd]}, up likewise; none in networks without a gate
   * @param down {@code [n_expert, n_embd, n_ff]}
   * @param shared whose output is added for every token
   */
  record Experts(
      Linear router,
      RouterSpec routing,
      Weighed weighed,
      Optional<Linear> gate,
      Linear up,
      Linear down,
      ActivationFunction function,
      Optional<Shared> shared)
      implements FeedForward {}

  /**
   * An expert of every token.
   *
   * @param gate {@code [1, n_embd]}: its output is multiplied by {@code σ(gate · x)}
   */
  record Shared(Dense network, Optional<Linear> gate) {}
}
