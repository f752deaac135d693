package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.KvLayout;
import io.gatun.device.StateSpaceSpec;
import java.util.Optional;

/** The part of a block in which tokens see each other. */
public sealed interface Mixer {

  /** What of it is cached for each token; nothing where another layer's keys and values are used. */
  default Optional<KvLayout.Layer> cached() {
    return Optional.empty();
  }

  /** Values that a sequence carries from token to token. */
  default long stateSize() {
    return 0;
  }

  /** A block without one. */
  record None() implements Mixer {}

  /** A linear map in the place of an attention. */
  record Projection(Linear output) implements Mixer {}

  /**
   * Softmax attention over cached keys and values.
   *
   * @param shape heads and their sizes
   * @param ahead keys behind its own that a row sees where it sees all tokens; {@link AttentionSpec#ALL} for no limit
   * @param rope positions, applied to queries and keys
   * @param order of norms and positions
   * @param limit queries, keys and values are clamped to ± this; infinity for none
   * @param temperature of the queries
   * @param query projection, then norm
   * @param queryNorm a norm of each query head, or of all of them together
   * @param gating of what is mixed, before the output projection
   * @param mixedNorm of what is mixed and gated
   * @param scale factor on what comes out
   */
  record Attention(
      AttentionSpec shape,
      int ahead,
      Optional<Rope> rope,
      Order order,
      float limit,
      Optional<Temperature> temperature,
      Linear query,
      Norm queryNorm,
      KeyValues keyValues,
      Gating gating,
      Norm mixedNorm,
      Linear output,
      float scale)
      implements Mixer {

    /** Plain: norms before positions, nothing limited or gated. */
    public Attention(
        AttentionSpec shape, Optional<Rope> rope, Linear query, Norm queryNorm, KeyValues keyValues, Linear output) {
      this(
          shape,
          AttentionSpec.ALL,
          rope,
          Order.NORM_FIRST,
          Float.POSITIVE_INFINITY,
          Optional.empty(),
          query,
          queryNorm,
          keyValues,
          new Gating.None(),
          new Norm.None(),
          output,
          1);
    }

    @Override
    public Optional<KvLayout.Layer> cached() {
      return switch (keyValues) {
        case KeyValues.Own _ ->
            Optional.of(new KvLayout.Layer(shape.headCountKv(), shape.keyDim(), shape.valueDim()));
        case KeyValues.Shared _ -> Optional.empty();
      };
    }
  }

  /** In which order queries and keys are normed and rotated. */
  enum Order {
    NORM_FIRST,
    ROPE_FIRST
  }

  /**
   * Queries grow with their position, so that attention over long contexts stays sharp: they are multiplied by {@code 1 +
   * scale · ln(1 + ⌊(position + offset) / length⌋)} (Meta's Llama 4, 2025).
   */
  record Temperature(double scale, int length, int offset) {}

  /** What is multiplied with the result of an attention. */
  sealed interface Gating {

    /** Nothing. */
    record None() implements Gating {}

    /** A logistic function of values that the query projection has behind each head's query. */
    record BehindQueries() implements Gating {}

    /**
     * A function of a map of its own.
     *
     * @param gate {@code [heads · valueDim, n_embd]}, or {@code [heads, n_embd]} for a factor on each head
     */
    record Own(Linear gate, ActivationFunction function) implements Gating {}
  }

  /**
   * A selective state space behind a short convolution: {@code out = output · norm(silu(gate · x) ⊙ stateSpace(…))}, of
   * {@code silu(convolve(source · x))}.
   *
   * @param gate {@code [width, n_embd]}
   * @param source {@code [width, n_embd]}, with what the selection needs behind it
   * @param kernel name of a tensor {@code [source.out, taps]}
   * @param kernelBias name of a tensor {@code [source.out]}
   * @param rate name of a tensor {@code [heads]}, or {@code [heads, stateDim]} where {@code rates} is not 1
   * @param rates per head
   * @param skip name of a tensor {@code [heads]}
   */
  record StateSpace(
      StateSpaceSpec shape,
      Linear gate,
      Linear source,
      String kernel,
      Optional<String> kernelBias,
      int taps,
      Selection selection,
      String rate,
      int rates,
      String skip,
      Norm norm,
      Linear output)
      implements Mixer {

    /** Where the state itself begins, behind the convolution's. */
    public long scanOffset() {
      return (taps - 1) * source.out();
    }

    @Override
    public long stateSize() {
      return scanOffset() + shape.stateSize();
    }
  }

  /** How a state space decides what it writes, reads and forgets. */
  sealed interface Selection {

    /**
     * What it writes and reads with was convolved, too (Mamba 2).
     *
     * @param step {@code [heads, n_embd]}
     * @param stepBias name of a tensor {@code [heads]}
     */
    record Convolved(Linear step, String stepBias) implements Selection {}

    /**
     * All are projected from what was convolved (Mamba).
     *
     * @param low {@code [rank + 2 · stateDim, width]}: the step in fewer dimensions, what to write and to read with
     * @param stepNorm of the first of these, then of the others
     * @param step {@code [heads, rank]}
     */
    record Projected(Linear low, Norm stepNorm, Norm writeNorm, Norm readNorm, Linear step) implements Selection {}
  }

  /** Both, of the same input, added. */
  record Parallel(Attention attention, StateSpace stateSpace) implements Mixer {

    @Override
    public Optional<KvLayout.Layer> cached() {
      return attention.cached();
    }

    @Override
    public long stateSize() {
      return stateSpace.stateSize();
    }
  }

  /**
   * A gated delta rule behind a short convolution: {@code out = output · (norm(deltaNet(…)) ⊙ silu(gate · x))}, where
   * queries, keys and values are {@code silu(convolve(input · x))}, queries and keys of length 1, queries divided by
   * √keyDim.
   *
   * @param repeats of each query and key, side by side, to have as many as the shape says
   * @param input {@code [2 · keyHeads / repeats · keyDim + valueHeads · valueDim, n_embd]}: queries, keys, values
   * @param kernel name of a tensor {@code [input.out, taps]}
   * @param control of steps and betas
   * @param stepBias name of a tensor {@code [valueHeads]}, added to the step
   * @param rate name of a tensor {@code [valueHeads]}
   * @param norm of each value head
   */
  record DeltaNet(
      DeltaNetSpec shape,
      int repeats,
      Linear input,
      String kernel,
      int taps,
      Control control,
      String stepBias,
      String rate,
      Linear gate,
      Norm norm,
      Linear output)
      implements Mixer {

    /** Where the delta rule's state begins, behind the convolution's. */
    public long ruleOffset() {
      return (taps - 1) * input.out();
    }

    @Override
    public long stateSize() {
      return ruleOffset() + shape.stateSize();
    }
  }

  /** Where a delta rule's steps, and its betas before their logistic function, come from. */
  sealed interface Control {

    /**
     * Two maps.
     *
     * @param step {@code [valueHeads, n_embd]}, beta likewise
     */
    record Apart(Linear step, Linear beta) implements Control {}

    /**
     * One map, in runs: the betas of some value heads, then their steps.
     *
     * @param both {@code [2 · valueHeads, n_embd]}
     * @param run value heads of a run
     */
    record Together(Linear both, int run) implements Control {}
  }

  /**
   * A short convolution between two gates: {@code out = output · (c ⊙ convolve(b ⊙ y))} with {@code b, c, y = input · x}.
   *
   * @param input {@code [3 · n_embd, n_embd]}
   * @param kernel name of a tensor {@code [n_embd, taps]}
   */
  record ShortConvolution(Linear input, String kernel, int taps, Linear output) implements Mixer {

    @Override
    public long stateSize() {
      return (taps - 1) * output.in();
    }
  }

  /** Where an attention's keys and values come from. */
  sealed interface KeyValues {

    /**
     * Its own projections.
     *
     * @param keyNorm before rope
     */
    record Own(Linear key, Norm keyNorm, Linear value, Norm valueNorm) implements KeyValues {}

    /** Those that an earlier layer cached. */
    record Shared(int layer) implements KeyValues {}
  }

  /**
   * Multi-head latent attention (DeepSeek-AI 2024, arXiv 2405.04434): keys and values are projections of a short latent
   * vector, next to one rotated part of the key that all heads share.
   *
   * @param heads query heads
   * @param contentDim values per head of the part without positions
   * @param rope of the part with positions, which follows it in each head
   * @param valueDim values per head
   * @param scale factor on the logits
   * @param temperature of the queries
   * @param queryLatent what queries are projected from; without one from {@code x}
   * @param query {@code [heads · (contentDim + rope dims), …]}
   * @param latent {@code [latent + rope dims, n_embd]}: the latent vector, then the shared part of the key
   * @param latentNorm of the latent vector
   */
  record LatentAttention(
      int heads,
      int contentDim,
      Rope rope,
      int valueDim,
      float scale,
      Optional<Temperature> temperature,
      Optional<Latent> queryLatent,
      Linear query,
      Linear latent,
      Norm.Rms latentNorm,
      LatentForm form,
      Linear output)
      implements Mixer {

    /** Values of the latent vector. */
    public int latentDim() {
      return Math.toIntExact(latentNorm.size());
    }

    /** Values per query head. */
    public int keyDim() {
      return contentDim + rope.dims();
    }

    /** The attention over what is cached. */
    public AttentionSpec shape() {
      return switch (form) {
        case LatentForm.Expanded _ -> new AttentionSpec(heads, heads, keyDim(), valueDim, scale);
        case LatentForm.Absorbed _ -> new AttentionSpec(heads, 1, latentDim() + rope.dims(), latentDim(), scale);
      };
    }

    @Override
    public Optional<KvLayout.Layer> cached() {
      AttentionSpec shape = shape();
      return Optional.of(new KvLayout.Layer(shape.headCountKv(), shape.keyDim(), shape.valueDim()));
    }
  }

  /** A projection to fewer dimensions, and its norm. */
  record Latent(Linear down, Norm norm) {}

  /** How a latent vector meets the queries. */
  sealed interface LatentForm {

    /**
     * As the keys and values of each head.
     *
     * @param keyValue {@code [heads · (contentDim + valueDim), latent]}, key then value of each head
     */
    record Expanded(Linear keyValue) implements LatentForm {}

    /**
     * As itself: queries are brought to the latent space, and what is mixed there back from it.
     *
     * @param key {@code [heads, latent, contentDim]}
     * @param value {@code [heads, valueDim, latent]}
     */
    record Absorbed(Linear key, Linear value) implements LatentForm {}
  }
}
