package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RouterSpec;
import io.gatun.device.XieluSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The part of a block that treats each token by itself. */
public sealed interface FeedForward {

  /** What a part of it sees of its block. */
  enum Source {
    /** What it is given: the stream behind the block's mixer, normed. */
    INPUT,
    /** The stream behind the block's mixer. */
    STREAM,
    /** The stream before the block. */
    BLOCK
  }

  /** Those of its parts in which a router chooses. */
  default Stream<Experts> experts() {
    return Stream.empty();
  }

  /** Whether a part of it sees that. */
  default boolean sees(Source source) {
    return source == Source.INPUT;
  }

  /** A network that is not chosen but always there. */
  sealed interface Dense extends FeedForward {}

  /** A block without one. */
  record None() implements FeedForward {}

  /**
   * {@code down · hiddenNorm(f(sparse(gate · x)) ⊙ (up · x))}.
   *
   * @param limit both factors of the product are clamped to ± this, behind {@code f}; infinity for none
   * @param deviations what {@link io.gatun.device.Device#sparsify} makes of {@code gate · x}; none to leave it
   */
  record Gated(
      Linear gate,
      Linear up,
      Linear down,
      ActivationFunction function,
      float limit,
      Optional<Float> deviations,
      Norm hiddenNorm)
      implements Dense {

    /** All values, without a norm of what comes before the last map. */
    public Gated(Linear gate, Linear up, Linear down, ActivationFunction function) {
      this(gate, up, down, function, Float.POSITIVE_INFINITY, Optional.empty(), new Norm.None());
    }
  }

  /** {@code down · f(up · x)}. */
  record Plain(Linear up, Linear down, ActivationFunction function) implements Dense {}

  /** {@code down · f(up · x)}, {@code f} being {@link XieluSpec}'s. */
  record Xielu(Linear up, Linear down, XieluSpec function) implements Dense {}

  /** Several networks side by side, whose outputs are added. */
  record Sum(List<Branch> branches) implements FeedForward {

    public Sum {
      branches = List.copyOf(branches);
    }

    @Override
    public Stream<Experts> experts() {
      return branches.stream().flatMap(branch -> branch.network().experts());
    }

    @Override
    public boolean sees(Source source) {
      return branches.stream().anyMatch(branch -> branch.source() == source || branch.network().sees(source));
    }
  }

  /** {@code outputNorm(network(inputNorm(source)))}. */
  record Branch(Source source, Norm inputNorm, FeedForward network, Norm outputNorm) {}

  /** What an expert's weight is multiplied with. */
  enum Weighed {
    OUTPUT,
    INPUT
  }

  /**
   * A router chooses some of many networks for each token and adds their outputs with its weights.
   *
   * @param widening what comes before the function
   * @param down {@code [n_expert, n_embd, n_ff]}
   * @param limit as {@link Gated} has it
   * @param latent where experts work in fewer dimensions
   * @param shared whose output is added for every token
   */
  record Experts(
      Router router,
      Weighed weighed,
      Widening widening,
      Linear down,
      ActivationFunction function,
      float limit,
      Optional<Latent> latent,
      Optional<Shared> shared)
      implements FeedForward {

    @Override
    public Stream<Experts> experts() {
      return Stream.of(this);
    }

    @Override
    public boolean sees(Source source) {
      return source == Source.INPUT || router.source() == source;
    }
  }

  /**
   * Chooses experts by {@code scores · norm(source) · scale}.
   *
   * @param scores {@code [n_expert, n_embd]}
   */
  record Router(Source source, Norm norm, float scale, Linear scores, RouterSpec spec) {

    /** Of what the experts see. */
    public Router(Linear scores, RouterSpec spec) {
      this(Source.INPUT, new Norm.None(), 1, scores, spec);
    }
  }

  /** The first maps of experts. */
  sealed interface Widening {

    /** All of them. */
    List<Linear> linears();

    /** The rows of a tensor that holds gate and up. */
    enum Order {
      GATE_FIRST,
      /** One of the gate, one of up. */
      ALTERNATING
    }

    /**
     * With a gate.
     *
     * @param gate {@code [n_expert, n_ff, n_embd]}, up likewise
     */
    record Gated(Linear gate, Linear up) implements Widening {
      @Override
      public List<Linear> linears() {
        return List.of(gate, up);
      }
    }

    /**
     * With a gate in the same tensor.
     *
     * @param both {@code [n_expert, 2 · n_ff, n_embd]}
     */
    record Fused(Linear both, Order order) implements Widening {
      @Override
      public List<Linear> linears() {
        return List.of(both);
      }
    }

    /**
     * Without a gate.
     *
     * @param up {@code [n_expert, n_ff, n_embd]}
     */
    record Plain(Linear up) implements Widening {
      @Override
      public List<Linear> linears() {
        return List.of(up);
      }
    }
  }

  /**
   * Maps to fewer dimensions and back from them.
   *
   * @param down {@code [n_latent, n_embd]}
   * @param up {@code [n_embd, n_latent]}
   */
  record Latent(Linear down, Linear up) {}

  /**
   * An expert of every token.
   *
   * @param gate {@code [1, n_embd]}: its output is multiplied by {@code σ(gate · x)}
   * @param scale factor on the sum of its output and the others'
   */
  record Shared(Dense network, Optional<Linear> gate, float scale) {}
}
