package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Builds specs of transformers from what most of them share, in the order of their tensors' usual names. What is not said
 * otherwise: RMS norms before attention and before a SiLU-gated feed-forward network, or experts where a block has a
 * router; no positions; grouped keys and values; a head that may be the embedding table. Biases are used where there are
 * any, and query, key and value may be one tensor.
 */
final class Decoder {
  /** A norm's name where there is none. */
  static final String NONE = "";

  private static final int MANY = Integer.MAX_VALUE;

  /** How values are normed. */
  enum NormKind {
    RMS,
    LAYER,
    /** Without gain or bias. */
    LAYER_ALONE
  }

  /** Which queries and keys are normed together. */
  enum QueryKeyNorm {
    NONE,
    EACH_HEAD,
    /** All heads together. */
    ALL_HEADS,
    /** Each head, with a gain of its own. */
    EACH_HEAD_APART
  }

  /** The tensors of a feed-forward network. */
  enum Network {
    GATED,
    /** Gate and up are one tensor {@code [2 · n_ff, n_embd]}. */
    FUSED,
    PLAIN
  }

  /** Something that depends on the layer. */
  @FunctionalInterface
  interface ByLayer<X, Y> {
    Y of(int layer, X x);
  }

  private final ModelKeys keys;
  private final int layers;
  private final int width;
  private final int[] headCount;
  private final int[] headCountKv;
  private final int[] feedForward;

  private NormKind normKind = NormKind.RMS;
  private String mixerNorm = "attn_norm";
  private String mixerOutputNorm = NONE;
  private String feedForwardNorm = "ffn_norm";
  private String feedForwardOutputNorm = NONE;
  private String embeddingNorm = NONE;
  private String outputNorm = "output_norm";
  private BlockSpec.Residual residual = BlockSpec.Residual.SEQUENTIAL;
  private float residualScale = 1;
  private float embeddingScale = 1;
  private float logitScale = 1;
  private float softcap;
  private Optional<Linear> positions = Optional.empty();
  private Optional<Linear> types = Optional.empty();
  private ModelSpec.Sight sight = ModelSpec.Sight.CAUSAL;
  private ByLayer<Integer, Optional<Rope>> ropes = (_, _) -> Optional.empty();
  private ByLayer<AttentionSpec, AttentionSpec> attention = (_, spec) -> spec;
  private QueryKeyNorm queryKeyNorm = QueryKeyNorm.NONE;
  private float limit = Float.POSITIVE_INFINITY;
  private boolean qkvBias;
  private Mixer.Gating gating = Mixer.Gating.NONE;
  private Network network = Network.GATED;
  private ActivationFunction function = ActivationFunction.SILU;
  private final ExpertKeys experts;
  private IntFunction<Optional<Mixer>> otherMixers = _ -> Optional.empty();
  private Optional<Embedding.BlockInputs> blockInputs = Optional.empty();
  private IntFunction<Optional<BlockSpec.OwnInput>> ownInputs = _ -> Optional.empty();
  private IntFunction<Float> outputScales = _ -> 1f;

  Decoder(ModelKeys keys) {
    this.keys = keys;
    int blocks = keys.integer("block_count", 1, Math.max(1, keys.tensorCount()));
    layers = blocks - keys.integer("nextn_predict_layers", 0, blocks - 1, 0);
    for (int i = layers; i < blocks; i++) {
      keys.ignoreTensors("blk." + i + "."); // they guess further tokens
    }
    width = keys.integer("embedding_length", 1, MANY);
    headCount = keys.perLayer("attention.head_count", blocks, 1, width, 0);
    headCountKv = headCount.clone();
    int[] stored = keys.perLayer("attention.head_count_kv", blocks, 0, width, MANY);
    for (int i = 0; i < layers; i++) {
      if (headCount[i] == 0) {
        throw keys.wrong("attention.head_count", "is missing, expected an integer");
      }
      headCountKv[i] = stored[i] == MANY || stored[i] == 0 ? headCount[i] : stored[i];
      if (headCount[i] % headCountKv[i] != 0) {
        throw keys.wrong(
            "attention.head_count_kv", "is %d, expected a divisor of head_count %d".formatted(headCountKv[i], headCount[i]));
      }
    }
    feedForward = keys.perLayer("feed_forward_length", blocks, 0, MANY, 0);
    experts = new ExpertKeys(keys, width);
  }

  int layers() {
    return layers;
  }

  int width() {
    return width;
  }

  int headCount(int layer) {
    return headCount[layer];
  }

  int headCountKv(int layer) {
    return headCountKv[layer];
  }

  ExpertKeys experts() {
    return experts;
  }

  Decoder norms(NormKind kind) {
    normKind = kind;
    return this;
  }

  /** Names of a block's norms, or {@link #NONE}: of the mixer's input and output, then of the feed-forward network's. */
  Decoder blockNorms(String mixerInput, String mixerOutput, String feedForwardInput, String feedForwardOutput) {
    mixerNorm = mixerInput;
    mixerOutputNorm = mixerOutput;
    feedForwardNorm = feedForwardInput;
    feedForwardOutputNorm = feedForwardOutput;
    return this;
  }

  Decoder outputNorm(String name) {
    outputNorm = name;
    return this;
  }

  Decoder residual(BlockSpec.Residual form) {
    residual = form;
    return this;
  }

  Decoder residualScale(double factor) {
    residualScale = (float) factor;
    return this;
  }

  Decoder embeddingScale(double factor) {
    embeddingScale = (float) factor;
    return this;
  }

  Decoder embeddingNorm(String name) {
    embeddingNorm = name;
    return this;
  }

  /** A learned vector for each position of the context. */
  Decoder learnedPositions() {
    positions = Optional.of(keys.linear("position_embd", keys.dimension("position_embd.weight", 0), width));
    return this;
  }

  /** Every token is of the first type. */
  Decoder tokenTypes() {
    types = Optional.of(keys.linear("token_types", keys.dimension("token_types.weight", 0), width));
    return this;
  }

  Decoder sight(ModelSpec.Sight which) {
    sight = which;
    return this;
  }

  Decoder logitScale(double factor) {
    logitScale = (float) factor;
    return this;
  }

  Decoder softcap(double cap) {
    softcap = (float) cap;
    return this;
  }

  /** Rotary positions in all layers, as the metadata describe them. */
  Decoder rope(Pairing pairing) {
    var rope = new RopeKeys(keys, pairing);
    return rope((_, headDim) -> Optional.of(rope.rope(headDim)));
  }

  /** Rotary positions by layer and values per head. */
  Decoder rope(ByLayer<Integer, Optional<Rope>> byLayer) {
    ropes = byLayer;
    return this;
  }

  /** Attention logits fall with distance. The slopes of heads up to a power of two are powers, the rest lie between. */
  Decoder alibi(double maxBias) {
    return attention(
        (_, spec) -> {
          int power = Integer.highestOneBit(spec.headCount());
          var slopes = new float[spec.headCount()];
          for (int h = 0; h < slopes.length; h++) {
            double exponent = h < power ? (h + 1.0) / power : (h - power + 0.5) / power;
            slopes[h] = (float) Math.pow(2, -maxBias * exponent);
          }
          return spec.withSlopes(slopes);
        });
  }

  /** What becomes of plain attention in each layer; after what was said before. */
  Decoder attention(ByLayer<AttentionSpec, AttentionSpec> change) {
    ByLayer<AttentionSpec, AttentionSpec> before = attention;
    attention = (layer, spec) -> change.of(layer, before.of(layer, spec));
    return this;
  }

  Decoder attentionScale(double factor) {
    return attention((_, spec) -> spec.withScale((float) factor));
  }

  Decoder queryKeyNorm(QueryKeyNorm which) {
    queryKeyNorm = which;
    return this;
  }

  /** Queries, keys and values are clamped if the key is there. */
  Decoder clamp() {
    double value = keys.number("attention.clamp_kqv", 0, Float.MAX_VALUE, 0);
    limit = value > 0 ? (float) value : Float.POSITIVE_INFINITY;
    return this;
  }

  Decoder gating(Mixer.Gating which) {
    gating = which;
    return this;
  }

  /** Query, key and value must have biases. */
  Decoder requireQkvBias() {
    qkvBias = true;
    return this;
  }

  Decoder network(Network form, ActivationFunction f) {
    network = form;
    function = f;
    return this;
  }

  /** Mixers of layers that have no plain attention. */
  Decoder mixers(IntFunction<Optional<Mixer>> byLayer) {
    otherMixers = byLayer;
    return this;
  }

  /** What blocks get beside the stream, and what each does with it. */
  Decoder blockInputs(Embedding.BlockInputs inputs, IntFunction<Optional<BlockSpec.OwnInput>> byLayer) {
    blockInputs = Optional.of(inputs);
    ownInputs = byLayer;
    return this;
  }

  /** Factors on the stream behind each block. */
  Decoder outputScales(IntFunction<Float> byLayer) {
    outputScales = byLayer;
    return this;
  }

  ModelSpec spec() {
    int vocab = Math.toIntExact(Math.min(MANY, keys.dimension("token_embd.weight", 0)));
    var tokens = new Linear("token_embd.weight", Optional.empty(), 0, vocab, width);
    var blocks = new ArrayList<BlockSpec>();
    for (int i = 0; i < layers; i++) {
      blocks.add(block(i));
    }
    keys.ignore("vocab_size"); // the table and the tokenizer say it
    keys.ignore("tensor_data_layout"); // what the converter began with
    return new ModelSpec(
        keys.architecture(),
        vocab,
        width,
        keys.integer("context_length", 1, MANY),
        sight,
        new Embedding(tokens, embeddingScale, positions, types, norm(embeddingNorm, width), blockInputs),
        blocks,
        new Head(norm(outputNorm, width), head(tokens), logitScale, softcap),
        pooling());
  }

  private Pooling pooling() {
    return switch (keys.integer("pooling_type", 0, 3, -1)) {
      case 0 -> Pooling.NONE;
      case 1 -> Pooling.MEAN;
      case 2 -> Pooling.CLS;
      case 3 -> Pooling.LAST;
      default ->
          switch (sight) {
            case CAUSAL -> Pooling.LAST;
            case ALL -> Pooling.MEAN;
          };
    };
  }

  private Optional<Linear> head(Linear tokens) {
    return switch (sight) {
      case CAUSAL ->
          Optional.of(keys.hasTensor("output.weight") ? keys.linear("output", tokens.out(), width) : tokens);
      case ALL -> Optional.empty();
    };
  }

  private BlockSpec block(int i) {
    String block = "blk." + i + ".";
    return new BlockSpec(
        residual,
        norm(blockNorm(block, mixerNorm), width),
        otherMixers.apply(i).orElseGet(() -> attention(i)),
        norm(blockNorm(block, mixerOutputNorm), width),
        norm(blockNorm(block, feedForwardNorm), width),
        experts.has(i) ? experts.in(block, feedForward[i]) : network(block, feedForward[i]),
        norm(blockNorm(block, feedForwardOutputNorm), width),
        residualScale,
        ownInputs.apply(i),
        outputScales.apply(i));
  }

  private static String blockNorm(String block, String name) {
    return name.equals(NONE) ? NONE : block + name;
  }

  Norm norm(String name, long size) {
    return name.equals(NONE) ? new Norm.None() : norm(name, size, size);
  }

  private Norm norm(String name, long length, long size) {
    Optional<String> gain = Optional.of(name + ".weight");
    Optional<String> bias = keys.hasTensor(name + ".bias") ? Optional.of(name + ".bias") : Optional.empty();
    return switch (normKind) {
      case RMS -> new Norm.Rms(gain, size, rmsEps());
      case LAYER -> new Norm.Layer(gain, bias, Math.toIntExact(length), size, layerEps());
      case LAYER_ALONE -> new Norm.Layer(Optional.empty(), Optional.empty(), Math.toIntExact(length), size, layerEps());
    };
  }

  float rmsEps() {
    return (float) keys.number("attention.layer_norm_rms_epsilon", 0, 1);
  }

  private float layerEps() {
    return (float) keys.number("attention.layer_norm_epsilon", 0, 1);
  }

  private Mixer attention(int i) {
    String block = "blk." + i + ".";
    int heads = headCount[i];
    int headsKv = headCountKv[i];
    int keyDim = headDim("attention.key_length", heads);
    int valueDim = headDim("attention.value_length", heads);
    long queries = (long) heads * keyDim;
    long queryRows =
        switch (gating) {
          case NONE -> queries;
          case BEHIND_QUERIES -> 2 * queries;
        };
    long keyValues = (long) headsKv * keyDim;
    long values = (long) headsKv * valueDim;
    Linear query;
    Linear key;
    Linear value;
    if (keys.hasTensor(block + "attn_qkv.weight")) {
      Linear all = projection(block + "attn_qkv", queryRows + keyValues + values);
      query = all.rows(0, queryRows);
      key = all.rows(queryRows, keyValues);
      value = all.rows(queryRows + keyValues, values);
    } else {
      query = projection(block + "attn_q", queryRows);
      key = projection(block + "attn_k", keyValues);
      value = projection(block + "attn_v", values);
    }
    return new Mixer.Attention(
        attention.of(i, new AttentionSpec(heads, headsKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim)))),
        ropes.of(i, keyDim),
        limit,
        query,
        queryKeyNorm(block + "attn_q_norm", keyDim, queries),
        new Mixer.KeyValues.Own(key, queryKeyNorm(block + "attn_k_norm", keyDim, keyValues), value, new Norm.None()),
        gating,
        keys.linear(block + "attn_output", width, (long) heads * valueDim));
  }

  private Linear projection(String name, long out) {
    Linear linear = keys.linear(name, out, width);
    return qkvBias ? new Linear(linear.weight(), Optional.of(name + ".bias"), 0, out, width) : linear;
  }

  private Norm queryKeyNorm(String name, int headDim, long all) {
    return switch (queryKeyNorm) {
      case NONE -> new Norm.None();
      case EACH_HEAD -> norm(name, headDim);
      case ALL_HEADS -> norm(name, all);
      case EACH_HEAD_APART -> norm(name, headDim, all);
    };
  }

  int headDim(String key, int heads) {
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

  private FeedForward network(String block, int hidden) {
    if (hidden == 0) {
      throw keys.wrong("feed_forward_length", "is missing, expected an integer");
    }
    Linear down = keys.linear(block + "ffn_down", width, hidden);
    return switch (network) {
      case GATED ->
          new FeedForward.Gated(
              keys.linear(block + "ffn_gate", hidden, width), keys.linear(block + "ffn_up", hidden, width), down, function);
      case FUSED -> {
        Linear both = keys.linear(block + "ffn_up", 2L * hidden, width);
        yield new FeedForward.Gated(both.rows(0, hidden), both.rows(hidden, hidden), down, function);
      }
      case PLAIN -> new FeedForward.Plain(keys.linear(block + "ffn_up", hidden, width), down, function);
    };
  }
}
