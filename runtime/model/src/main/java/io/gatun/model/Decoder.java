package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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
  private final int[] feedForward;
  private final NormKeys norms;
  private final AttentionKeys attention;
  private final ExpertKeys experts;

  private String mixerNorm = "attn_norm";
  private Optional<String> firstMixerNorm = Optional.empty();
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
  private Network network = Network.GATED;
  private ActivationFunction function = ActivationFunction.SILU;
  private String hiddenNorm = NONE;
  private float[] limits = {};
  private float[] deviations = {};
  private boolean networkMayBeMissing;
  private IntFunction<Optional<Mixer>> otherMixers = _ -> Optional.empty();
  private Optional<Embedding.BlockInputs> blockInputs = Optional.empty();
  private IntFunction<Optional<BlockSpec.OwnInput>> ownInputs = _ -> Optional.empty();
  private IntFunction<Float> outputScales = _ -> 1f;
  private IntFunction<Optional<FeedForward>> otherNetworks = _ -> Optional.empty();
  private IntFunction<Optional<BlockSpec.Bypass>> bypasses = _ -> Optional.empty();
  private IntFunction<Float> skips = _ -> 0f;
  private List<Linear> projections = List.of();
  private String prefix = "blk.";
  private int loops = 1;
  private String loopNorm = NONE;
  private Optional<Streams> streams = Optional.empty();
  private IntFunction<Optional<Streams.Prediction>> predictions = _ -> Optional.empty();

  Decoder(ModelKeys keys) {
    this.keys = keys;
    int blocks = keys.integer("block_count", 1, Math.max(1, keys.tensorCount()));
    layers = blocks - keys.integer("nextn_predict_layers", 0, blocks - 1, 0);
    for (int i = layers; i < blocks; i++) {
      keys.ignoreTensors("blk." + i + "."); // they guess further tokens
    }
    width = keys.integer("embedding_length", 1, MANY);
    norms = new NormKeys(keys);
    attention = new AttentionKeys(keys, blocks, width, norms);
    feedForward = keys.perLayer("feed_forward_length", blocks, 0, MANY, 0);
    experts = new ExpertKeys(keys, width, norms);
  }

  int layers() {
    return layers;
  }

  int width() {
    return width;
  }

  AttentionKeys attention() {
    return attention;
  }

  NormKeys norms() {
    return norms;
  }

  ExpertKeys experts() {
    return experts;
  }

  Decoder norms(NormKeys.Kind kind) {
    norms.kind(kind);
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

  /** The name of the norm of the first mixer's input, if it is another. */
  Decoder firstMixerNorm(String name) {
    firstMixerNorm = Optional.of(name);
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
    attention.rope(byLayer);
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
    attention.change(change);
    return this;
  }

  Decoder attentionScale(double factor) {
    return attention((_, spec) -> spec.withScale((float) factor));
  }

  /** Queries grow with their position. */
  Decoder temperature(Mixer.Temperature temperature) {
    attention.temperature(_ -> Optional.of(temperature));
    return this;
  }

  Decoder queryKeyNorm(AttentionKeys.QueryKeyNorm which) {
    attention.queryKeyNorm(_ -> which);
    return this;
  }

  /** Queries, keys and values are clamped if the key is there. */
  Decoder clamp() {
    double value = keys.number("attention.clamp_kqv", 0, Float.MAX_VALUE, 0);
    attention.limit(value > 0 ? (float) value : Float.POSITIVE_INFINITY);
    return this;
  }

  Decoder gate(AttentionKeys.Gate which) {
    attention.gate(which);
    return this;
  }

  /** Queries and keys are rotated before they are normed. */
  Decoder ropeFirst() {
    attention.order(Mixer.Order.ROPE_FIRST);
    return this;
  }

  /** Query, key and value must have biases. */
  Decoder requireQkvBias() {
    attention.requireBias();
    return this;
  }

  Decoder network(Network form, ActivationFunction f) {
    network = form;
    function = f;
    return this;
  }

  /** A norm of what comes before a gated network's last map. */
  Decoder hiddenNorm(String name) {
    hiddenNorm = name;
    return this;
  }

  /** Bounds of the factors in gated networks, by layer; 0 for none. */
  Decoder limits(float... byLayer) {
    limits = byLayer;
    return this;
  }

  /** Gated networks keep what is so many standard deviations above the mean, by layer; all for negative infinity. */
  Decoder sparse(float... byLayer) {
    deviations = byLayer;
    return this;
  }

  /** A width of 0 means that a block has no network. */
  Decoder networkMayBeMissing() {
    networkMayBeMissing = true;
    return this;
  }

  /** The width of a layer's network, by its key. */
  int hidden(int layer) {
    return feedForward[layer];
  }

  /** Networks are narrower than their key says. */
  Decoder hiddenDivisor(int divisor) {
    Arrays.setAll(feedForward, i -> feedForward[i] / divisor);
    return this;
  }

  /**
   * Which layers see less than all before them: all but every {@code period}th, unless {@code
   * attention.sliding_window_pattern} has another period, or says it layer by layer.
   *
   * @param first whether the one that sees all is the first of a period, or the last
   */
  boolean[] localLayers(int period, boolean first) {
    return keys.flagPerLayer("attention.sliding_window_pattern", layers)
        .orElseGet(
            () -> {
              int every = keys.integer("attention.sliding_window_pattern", 0, MANY, period);
              var local = new boolean[layers];
              for (int i = 0; i < layers; i++) {
                local[i] = every == 0 || i % every != (first ? 0 : every - 1);
              }
              return local;
            });
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

  /** Networks of layers that have neither plain ones nor plain experts. */
  Decoder networks(IntFunction<Optional<FeedForward>> byLayer) {
    otherNetworks = byLayer;
    return this;
  }

  /** Ways around the mixers. */
  Decoder bypasses(IntFunction<Optional<BlockSpec.Bypass>> byLayer) {
    bypasses = byLayer;
    return this;
  }

  /** Factors on the embedding, which blocks add to the stream. */
  Decoder skips(IntFunction<Float> byLayer) {
    skips = byLayer;
    return this;
  }

  /** Maps of embeddings, in order. */
  Decoder projections(List<Linear> inOrder) {
    projections = inOrder;
    return this;
  }

  /** What the names of a block's norms begin with before the block's number. */
  Decoder prefix(String beginning) {
    prefix = beginning;
    return this;
  }

  /** All blocks are passed so often, with a norm of the stream, which may be {@link #NONE}, between two times. */
  Decoder loops(int count, String norm) {
    loops = count;
    loopNorm = norm;
    return this;
  }

  /** Several streams, and what happens to them around each block. */
  Decoder streams(Streams several, IntFunction<Optional<Streams.Prediction>> byLayer) {
    streams = Optional.of(several);
    predictions = byLayer;
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
    for (int i = 0; i < loops * layers; i++) {
      boolean between = (i + 1) % layers == 0 && i + 1 < loops * layers;
      blocks.add(block(i % layers, between ? loopNorm : NONE));
    }
    if (!experts.isEmpty() && IntStream.range(0, layers).noneMatch(experts::has)) {
      throw keys.wrong("expert_count", "is there, expected a tensor blk.N.ffn_gate_inp.weight in some block");
    }
    keys.ignore("vocab_size"); // the table and the tokenizer say it
    keys.ignore("tensor_data_layout"); // what the converter began with
    return new ModelSpec(
        keys.architecture(),
        vocab,
        width,
        keys.integer("context_length", 1, MANY),
        sight,
        new Embedding(tokens, embeddingScale, positions, types, norms.norm(embeddingNorm, width), blockInputs),
        blocks,
        new Head(norms.norm(outputNorm, width), head(tokens), logitScale, softcap, projections),
        streams,
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

  private BlockSpec block(int i, String streamNorm) {
    String block = prefix + i + ".";
    Mixer mixer = otherMixers.apply(i).orElseGet(() -> attention.mixer(i));
    FeedForward own =
        otherNetworks.apply(i).orElseGet(() -> experts.has(i) ? experts.in(i, feedForward[i]) : network(i));
    boolean mixes = !(mixer instanceof Mixer.None);
    boolean feeds = !(own instanceof FeedForward.None);
    return new BlockSpec(
        residual,
        norms.norm(mixes ? blockNorm(block, i == 0 ? firstMixerNorm.orElse(mixerNorm) : mixerNorm) : NONE, width),
        mixer,
        norms.norm(mixes ? blockNorm(block, mixerOutputNorm) : NONE, width),
        norms.norm(feeds ? blockNorm(block, feedForwardNorm) : NONE, width),
        own,
        norms.norm(feeds ? blockNorm(block, feedForwardOutputNorm) : NONE, width),
        residualScale,
        bypasses.apply(i),
        skips.apply(i),
        ownInputs.apply(i),
        outputScales.apply(i),
        norms.norm(streamNorm, width),
        predictions.apply(i));
  }

  private static String blockNorm(String block, String name) {
    return name.equals(NONE) ? NONE : block + name;
  }

  /** A layer's network without a choice. */
  FeedForward network(int layer) {
    String block = "blk." + layer + ".";
    int hidden = feedForward[layer];
    if (hidden == 0 && networkMayBeMissing) {
      return new FeedForward.None();
    }
    if (hidden == 0) {
      throw keys.wrong("feed_forward_length", "is missing, expected an integer");
    }
    Linear down = keys.linear(block + "ffn_down", width, hidden);
    return switch (network) {
      case GATED ->
          new FeedForward.Gated(
              keys.linear(block + "ffn_gate", hidden, width),
              keys.linear(block + "ffn_up", hidden, width),
              down,
              function,
              ExpertKeys.limit(limits, layer),
              deviations.length > 0 && deviations[layer] > Float.NEGATIVE_INFINITY
                  ? Optional.of(deviations[layer])
                  : Optional.empty(),
              norms.norm(blockNorm(block, hiddenNorm), hidden));
      case FUSED -> {
        Linear both = keys.linear(block + "ffn_up", 2L * hidden, width);
        yield new FeedForward.Gated(both.rows(0, hidden), both.rows(hidden, hidden), down, function);
      }
      case PLAIN -> new FeedForward.Plain(keys.linear(block + "ffn_up", hidden, width), down, function);
    };
  }
}
