package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.device.RouterSpec;
import io.gatun.tensors.FormatException;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Builds the spec of the plain decoder that most families share: RMS norms before attention and before a SiLU-gated
 * feed-forward network or experts, rotary positions, grouped keys and values, a head that may be the embedding table.
 */
final class Decoder {
  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final Pairing pairing;
  private final int layers;
  private final int width;
  private final float eps;
  private final int[] headCount;
  private final int[] headCountKv;
  private final int[] feedForward;
  private boolean wholeHeadsRotate;
  private boolean qkvBias;
  private boolean headNorms;

  Decoder(ModelKeys keys, Pairing pairing) {
    this.keys = keys;
    this.pairing = pairing;
    layers = keys.integer("block_count", 1, Math.max(1, keys.tensorCount()));
    width = keys.integer("embedding_length", 1, MANY);
    eps = (float) keys.number("attention.layer_norm_rms_epsilon", 0, 1);
    headCount = keys.perLayer("attention.head_count", layers, 1, width, 0);
    headCountKv = headCount.clone();
    int[] stored = keys.perLayer("attention.head_count_kv", layers, 1, width, MANY);
    for (int i = 0; i < layers; i++) {
      if (headCount[i] == 0) {
        throw keys.wrong("attention.head_count", "is missing, expected an integer");
      }
      headCountKv[i] = stored[i] == MANY ? headCount[i] : stored[i];
      if (headCount[i] % headCountKv[i] != 0) {
        throw keys.wrong(
            "attention.head_count_kv", "is %d, expected a divisor of head_count %d".formatted(headCountKv[i], headCount[i]));
      }
    }
    feedForward = keys.perLayer("feed_forward_length", layers, 1, MANY, 0);
  }

  /** All dimensions of a head must rotate. */
  void rotateWholeHeads() {
    wholeHeadsRotate = true;
  }

  /** Query, key and value must have biases. */
  void requireQkvBias() {
    qkvBias = true;
  }

  /** Query and key heads are normed. */
  void requireHeadNorms() {
    headNorms = true;
  }

  ModelSpec spec() {
    int vocab = Math.toIntExact(Math.min(MANY, keys.dimension("token_embd.weight", 0)));
    var embedding = new Linear("token_embd.weight", Optional.empty(), 0, vocab, width);
    var blocks = new ArrayList<BlockSpec>();
    for (int i = 0; i < layers; i++) {
      blocks.add(block(i));
    }
    keys.ignore("vocab_size"); // the table and the tokenizer say it
    return new ModelSpec(
        keys.architecture(),
        vocab,
        width,
        keys.integer("context_length", 1, MANY),
        embedding,
        blocks,
        new Norm("output_norm.weight", width, eps),
        keys.hasTensor("output.weight") ? keys.linear("output", vocab, width) : embedding);
  }

  private BlockSpec block(int i) {
    String block = "blk." + i + ".";
    return new BlockSpec(
        new Norm(block + "attn_norm.weight", width, eps),
        attention(block, headCount[i], headCountKv[i]),
        new Norm(block + "ffn_norm.weight", width, eps),
        feedForward(block, feedForward[i]));
  }

  private Mixer attention(String block, int heads, int headsKv) {
    int keyDim = headDim("attention.key_length", heads);
    int valueDim = headDim("attention.value_length", heads);
    long kvWidth = (long) headsKv * keyDim;
    return new Mixer.Attention(
        new AttentionSpec(heads, headsKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim))),
        rope(keyDim),
        projection(block + "attn_q", (long) heads * keyDim),
        projection(block + "attn_k", kvWidth),
        projection(block + "attn_v", (long) headsKv * valueDim),
        keys.linear(block + "attn_output", width, (long) heads * valueDim),
        headNorm(block + "attn_q_norm.weight", keyDim),
        headNorm(block + "attn_k_norm.weight", keyDim));
  }

  private Linear projection(String name, long out) {
    Linear linear = keys.linear(name, out, width);
    return qkvBias ? new Linear(linear.weight(), Optional.of(name + ".bias"), 0, out, width) : linear;
  }

  private Optional<Norm> headNorm(String gain, int size) {
    return headNorms ? Optional.of(new Norm(gain, size, eps)) : Optional.empty();
  }

  private int headDim(String key, int heads) {
    int dim = keys.integer(key, 1, MANY, 0);
    if (dim != 0) {
      return dim;
    }
    if (width % heads != 0) {
      throw keys.wrong(
          "attention.head_count", "is %d, expected a divisor of embedding_length %d".formatted(heads, width));
    }
    return width / heads;
  }

  private FeedForward feedForward(String block, int hidden) {
    int experts = keys.integer("expert_count", 0, MANY, 0);
    int used = keys.integer("expert_used_count", experts == 0 ? 0 : 1, experts, 0);
    if (hidden == 0) {
      throw keys.wrong("feed_forward_length", "is missing, expected an integer");
    }
    if (experts == 0) {
      return new FeedForward.Dense(
          keys.linear(block + "ffn_gate", hidden, width),
          keys.linear(block + "ffn_up", hidden, width),
          keys.linear(block + "ffn_down", width, hidden),
          ActivationFunction.SILU);
    }
    if (used == 0) {
      throw keys.wrong("expert_used_count", "is missing, expected 1 to %d".formatted(experts));
    }
    int expertHidden = keys.integer("expert_feed_forward_length", 1, MANY, hidden);
    return new FeedForward.Experts(
        keys.linear(block + "ffn_gate_inp", experts, width),
        new RouterSpec(used, RouterSpec.Weighting.SOFTMAX_RENORMALIZED),
        keys.experts(block + "ffn_gate_exps", experts, expertHidden, width),
        keys.experts(block + "ffn_up_exps", experts, expertHidden, width),
        keys.experts(block + "ffn_down_exps", experts, width, expertHidden),
        ActivationFunction.SILU);
  }

  private Rope rope(int headDim) {
    int dims = keys.integer("rope.dimension_count", 2, headDim, headDim);
    if (dims % 2 != 0 || (wholeHeadsRotate && dims != headDim)) {
      throw keys.wrong("rope.dimension_count", "is %d, expected %s%d".formatted(dims, wholeHeadsRotate ? "" : "an even number up to ", headDim));
    }
    double base = keys.number("rope.freq_base", Float.MIN_NORMAL, Float.MAX_VALUE, 10_000);
    double linear = keys.number("rope.scale_linear", 0, Float.MAX_VALUE, 0);
    double factor = keys.number("rope.scaling.factor", 0, Float.MAX_VALUE, linear);
    int context = keys.integer("context_length", 1, MANY);
    int original = keys.integer("rope.scaling.original_context_length", 1, MANY, context);
    double attention = keys.number("rope.scaling.attn_factor", 0, Float.MAX_VALUE, 1);
    keys.ignore("rope.scaling.finetuned");
    String type = keys.string("rope.scaling.type").orElse("linear");
    double scale = type.equals("none") || factor == 0 ? 1 : 1 / factor;
    Optional<Rope.Yarn> yarn =
        switch (type) {
          case "none", "linear", "longrope" -> Optional.empty();
          case "yarn" ->
              Optional.of(
                  new Rope.Yarn(
                      original,
                      keys.number("rope.scaling.yarn_beta_fast", 0, Float.MAX_VALUE, 32),
                      keys.number("rope.scaling.yarn_beta_slow", 0, Float.MAX_VALUE, 1)));
          default ->
              throw keys.wrong("rope.scaling.type", "is '%s', expected none, linear, yarn or longrope".formatted(type));
        };
    return new Rope(pairing, headDim, dims, base, scale, yarn, divisors(dims / 2, original), attention);
  }

  private Rope.Divisors divisors(int pairs, int originalContext) {
    if (keys.hasTensor("rope_freqs.weight")) {
      return new Rope.Divisors.Fixed(divisors("rope_freqs.weight", pairs));
    }
    if (keys.hasTensor("rope_factors_long.weight") || keys.hasTensor("rope_factors_short.weight")) {
      return new Rope.Divisors.ByContext(
          originalContext, divisors("rope_factors_short.weight", pairs), divisors("rope_factors_long.weight", pairs));
    }
    return new Rope.Divisors.None();
  }

  private float[] divisors(String name, int pairs) {
    float[] values = keys.constants(name, pairs);
    for (float value : values) {
      if (!(value > 0 && value <= Float.MAX_VALUE)) {
        throw new FormatException("%s: tensor %s holds %s, expected finite numbers above 0".formatted(keys.origin(), name, value));
      }
    }
    return values;
  }
}
