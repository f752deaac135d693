package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.model.Decoder.ByLayer;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * What a model's metadata and tensors say about attention. Where nothing else is said, it is plain softmax attention over
 * grouped keys and values, without positions; query, key and value may be one tensor.
 */
final class AttentionKeys {

  /** Which queries and keys are normed together. */
  enum QueryKeyNorm {
    NONE,
    EACH_HEAD,
    /** Without a gain. */
    EACH_HEAD_ALONE,
    /** Without gains, but a factor on each query head. */
    EACH_HEAD_BY_FACTOR,
    /** All heads together. */
    ALL_HEADS,
    /** Each head, with a gain of its own. */
    EACH_HEAD_APART
  }

  /** What is multiplied with the result. */
  enum Gate {
    NONE,
    BEHIND_QUERIES,
    /** A map of its own, {@code attn_gate}, where there is one. */
    OWN
  }

  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final int width;
  private final NormKeys norms;
  private final int[] headCount;
  private final int[] headCountKv;
  private ByLayer<Integer, Optional<Rope>> ropes = (_, _) -> Optional.empty();
  private ByLayer<AttentionSpec, AttentionSpec> change = (_, spec) -> spec;
  private IntFunction<QueryKeyNorm> queryKeyNorm = _ -> QueryKeyNorm.NONE;
  private Mixer.Order order = Mixer.Order.NORM_FIRST;
  private IntFunction<Optional<Mixer.Temperature>> temperature = _ -> Optional.empty();
  private IntUnaryOperator ahead = _ -> AttentionSpec.ALL;
  private float limit = Float.POSITIVE_INFINITY;
  private boolean biasRequired;
  private Gate gate = Gate.NONE;
  private ActivationFunction gateFunction = ActivationFunction.SIGMOID;
  private float scale = 1;
  private String mixedNorm = Decoder.NONE;

  AttentionKeys(ModelKeys keys, int blocks, int width, NormKeys norms) {
    this.keys = keys;
    this.width = width;
    this.norms = norms;
    headCount = keys.perLayer("attention.head_count", blocks, 0, width, 0);
    headCountKv = keys.perLayer("attention.head_count_kv", blocks, 0, width, MANY);
  }

  /** As stored, 0 where there is no attention. */
  int storedHeadCount(int layer) {
    return headCount[layer];
  }

  /** As stored, 0 where there are no keys and values. */
  int storedHeadCountKv(int layer) {
    return headCountKv[layer];
  }

  int headCount(int layer) {
    if (headCount[layer] == 0) {
      throw keys.wrong("attention.head_count", "is missing, expected an integer");
    }
    return headCount[layer];
  }

  int headCountKv(int layer) {
    int heads = headCount(layer);
    int headsKv = headCountKv[layer] == MANY || headCountKv[layer] == 0 ? heads : headCountKv[layer];
    if (heads % headsKv != 0) {
      throw keys.wrong(
          "attention.head_count_kv", "is %d, expected a divisor of head_count %d".formatted(headsKv, heads));
    }
    return headsKv;
  }

  void rope(ByLayer<Integer, Optional<Rope>> byLayer) {
    ropes = byLayer;
  }

  /** After what was said before. */
  void change(ByLayer<AttentionSpec, AttentionSpec> next) {
    ByLayer<AttentionSpec, AttentionSpec> before = change;
    change = (layer, spec) -> next.of(layer, before.of(layer, spec));
  }

  void queryKeyNorm(IntFunction<QueryKeyNorm> byLayer) {
    queryKeyNorm = byLayer;
  }

  void order(Mixer.Order which) {
    order = which;
  }

  void temperature(IntFunction<Optional<Mixer.Temperature>> byLayer) {
    temperature = byLayer;
  }

  /** Keys behind its own that a row sees, by layer. */
  void ahead(IntUnaryOperator byLayer) {
    ahead = byLayer;
  }

  /** Queries, keys and values are clamped to ± this. */
  void limit(float largest) {
    limit = largest;
  }

  void requireBias() {
    biasRequired = true;
  }

  void gate(Gate which) {
    gate = which;
  }

  /** Of a gate with a map of its own. */
  void gateFunction(ActivationFunction function) {
    gateFunction = function;
  }

  /** A factor on what comes out. */
  void scale(double factor) {
    scale = (float) factor;
  }

  /** The name of a norm of what is mixed. */
  void mixedNorm(String name) {
    mixedNorm = name;
  }

  /** The values of a head by their key; the width's share if it is not there. */
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

  Mixer.Attention mixer(int layer) {
    String block = "blk." + layer + ".";
    int heads = headCount(layer);
    int headsKv = headCountKv(layer);
    int keyDim = headDim("attention.key_length", heads);
    int valueDim = headDim("attention.value_length", heads);
    long queries = (long) heads * keyDim;
    long queryRows = gate == Gate.BEHIND_QUERIES ? 2 * queries : queries;
    long keyRows = (long) headsKv * keyDim;
    long valueRows = (long) headsKv * valueDim;
    Linear query;
    Linear key;
    Linear value;
    if (keys.hasTensor(block + "attn_qkv.weight")) {
      Linear all = projection(block + "attn_qkv", queryRows + keyRows + valueRows);
      query = all.rows(0, queryRows);
      key = all.rows(queryRows, keyRows);
      value = all.rows(queryRows + keyRows, valueRows);
    } else {
      query = projection(block + "attn_q", queryRows);
      key = projection(block + "attn_k", keyRows);
      value = projection(block + "attn_v", valueRows);
    }
    long mixed = (long) heads * valueDim;
    QueryKeyNorm which = queryKeyNorm.apply(layer);
    return new Mixer.Attention(
        change.of(layer, new AttentionSpec(heads, headsKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim)))),
        ahead.applyAsInt(layer),
        ropes.of(layer, keyDim),
        order,
        limit,
        temperature.apply(layer),
        query,
        norm(which, block + "attn_q_norm", keyDim, queries),
        new Mixer.KeyValues.Own(key, norm(which, block + "attn_k_norm", keyDim, keyRows), value, new Norm.None()),
        switch (gate) {
          case NONE -> new Mixer.Gating.None();
          case BEHIND_QUERIES -> new Mixer.Gating.BehindQueries();
          case OWN -> gating(block + "attn_gate", heads, mixed);
        },
        norms.norm(mixedNorm.equals(Decoder.NONE) ? mixedNorm : block + mixedNorm, mixed),
        keys.linear(block + "attn_output", width, mixed),
        scale);
  }

  /** A gate for each value, or for each head. */
  private Mixer.Gating gating(String name, int heads, long mixed) {
    if (!keys.hasTensor(name + ".weight")) {
      return new Mixer.Gating.None();
    }
    long rows = keys.dimension(name + ".weight", 0) == heads ? heads : mixed;
    return new Mixer.Gating.Own(keys.linear(name, rows, width), gateFunction);
  }

  private Linear projection(String name, long out) {
    Linear linear = keys.linear(name, out, width);
    return biasRequired ? linear.withBias(name + ".bias") : linear;
  }

  private Norm norm(QueryKeyNorm which, String name, int headDim, long all) {
    return switch (which) {
      case NONE -> new Norm.None();
      case EACH_HEAD_ALONE -> new Norm.Rms(headDim, norms.rmsEps());
      case EACH_HEAD_BY_FACTOR ->
          keys.hasTensor(name + ".weight")
              ? new Norm.RmsByRun(name + ".weight", headDim, all / headDim, norms.rmsEps())
              : new Norm.Rms(headDim, norms.rmsEps());
      case EACH_HEAD -> norms.norm(name, headDim);
      case ALL_HEADS -> norms.norm(name, all);
      case EACH_HEAD_APART -> norms.norm(name, headDim, all);
    };
  }
}
