package io.gatun.model;

import io.gatun.device.AttentionSpec;
import io.gatun.model.Decoder.ByLayer;
import java.util.Optional;

/**
 * What a model's metadata and tensors say about attention. Where nothing else is said, it is plain softmax attention over
 * grouped keys and values, without positions; query, key and value may be one tensor.
 */
final class AttentionKeys {

  /** Which queries and keys are normed together. */
  enum QueryKeyNorm {
    NONE,
    EACH_HEAD,
    /** All heads together. */
    ALL_HEADS,
    /** Each head, with a gain of its own. */
    EACH_HEAD_APART
  }

  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final int width;
  private final NormKeys norms;
  private final int[] headCount;
  private final int[] headCountKv;
  private ByLayer<Integer, Optional<Rope>> ropes = (_, _) -> Optional.empty();
  private ByLayer<AttentionSpec, AttentionSpec> change = (_, spec) -> spec;
  private QueryKeyNorm queryKeyNorm = QueryKeyNorm.NONE;
  private float limit = Float.POSITIVE_INFINITY;
  private boolean biasRequired;
  private Mixer.Gating gating = Mixer.Gating.NONE;

  AttentionKeys(ModelKeys keys, int blocks, int width, NormKeys norms) {
    this.keys = keys;
    this.width = width;
    this.norms = norms;
    headCount = keys.perLayer("attention.head_count", blocks, 1, width, 0);
    headCountKv = headCount.clone();
    int[] stored = keys.perLayer("attention.head_count_kv", blocks, 0, width, MANY);
    for (int i = 0; i < blocks; i++) {
      if (headCount[i] == 0) {
        throw keys.wrong("attention.head_count", "is missing, expected an integer");
      }
      headCountKv[i] = stored[i] == MANY || stored[i] == 0 ? headCount[i] : stored[i];
      if (headCount[i] % headCountKv[i] != 0) {
        throw keys.wrong(
            "attention.head_count_kv", "is %d, expected a divisor of head_count %d".formatted(headCountKv[i], headCount[i]));
      }
    }
  }

  int headCount(int layer) {
    return headCount[layer];
  }

  int headCountKv(int layer) {
    return headCountKv[layer];
  }

  void rope(ByLayer<Integer, Optional<Rope>> byLayer) {
    ropes = byLayer;
  }

  /** After what was said before. */
  void change(ByLayer<AttentionSpec, AttentionSpec> next) {
    ByLayer<AttentionSpec, AttentionSpec> before = change;
    change = (layer, spec) -> next.of(layer, before.of(layer, spec));
  }

  void queryKeyNorm(QueryKeyNorm which) {
    queryKeyNorm = which;
  }

  /** Queries, keys and values are clamped to ± this. */
  void limit(float largest) {
    limit = largest;
  }

  void requireBias() {
    biasRequired = true;
  }

  void gating(Mixer.Gating which) {
    gating = which;
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

  Mixer mixer(int layer) {
    String block = "blk." + layer + ".";
    int heads = headCount[layer];
    int headsKv = headCountKv[layer];
    int keyDim = headDim("attention.key_length", heads);
    int valueDim = headDim("attention.value_length", heads);
    long queries = (long) heads * keyDim;
    long queryRows =
        switch (gating) {
          case NONE -> queries;
          case BEHIND_QUERIES -> 2 * queries;
        };
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
    return new Mixer.Attention(
        change.of(layer, new AttentionSpec(heads, headsKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim)))),
        ropes.of(layer, keyDim),
        limit,
        query,
        norm(block + "attn_q_norm", keyDim, queries),
        new Mixer.KeyValues.Own(key, norm(block + "attn_k_norm", keyDim, keyRows), value, new Norm.None()),
        gating,
        keys.linear(block + "attn_output", width, (long) heads * valueDim));
  }

  private Linear projection(String name, long out) {
    Linear linear = keys.linear(name, out, width);
    return biasRequired ? new Linear(linear.weight(), Optional.of(name + ".bias"), 0, out, width) : linear;
  }

  private Norm norm(String name, int headDim, long all) {
    return switch (queryKeyNorm) {
      case NONE -> new Norm.None();
      case EACH_HEAD -> norms.norm(name, headDim);
      case ALL_HEADS -> norms.norm(name, all);
      case EACH_HEAD_APART -> norms.norm(name, headDim, all);
    };
  }
}
