package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import java.util.Optional;

/**
 * What Gemma 3n and 4 have in common: layers with a window have positions, and in Gemma 4 heads, of their own; the last
 * layers use the keys and values of earlier ones; and blocks get an embedding of their own beside the stream.
 */
final class GemmaSharing {
  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final Decoder decoder;
  private final RopeKeys rope;
  private final boolean[] local;
  private final int window;

  /** Layers before this one have keys and values of their own. */
  private final int own;

  /** @param own layers with keys and values of their own */
  GemmaSharing(ModelKeys keys, Decoder decoder, int own, boolean... local) {
    this.keys = keys;
    this.decoder = decoder;
    this.own = own;
    this.local = local;
    rope = new RopeKeys(keys, Pairing.HALVES);
    window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
  }

  /** Embeddings of {@code inputs} values for each block. */
  Embedding.BlockInputs blockInputs(int inputs) {
    long all = (long) inputs * decoder.layers();
    return new Embedding.BlockInputs(
        keys.linear("per_layer_token_embd", keys.dimension("token_embd.weight", 0), all),
        (float) Math.sqrt(inputs),
        keys.linear("per_layer_model_proj", all, decoder.width()),
        (float) (1 / Math.sqrt(decoder.width())),
        decoder.norms().norm("per_layer_proj_norm", inputs),
        (float) Math.sqrt(0.5));
  }

  /** @param gain name of a tensor that multiplies the stream first */
  BlockSpec.OwnInput ownInput(int layer, int inputs, Optional<String> gain) {
    String block = "blk." + layer + ".";
    return new BlockSpec.OwnInput(
        gain,
        keys.linear(block + "inp_gate", inputs, decoder.width()),
        ActivationFunction.GELU,
        keys.linear(block + "proj", decoder.width(), inputs),
        decoder.norms().norm(block + "post_norm", decoder.width()));
  }

  /** Attention over heads whose sizes the keys with the suffix say, or those without one. */
  Mixer attention(int layer, String localSuffix) {
    String block = "blk." + layer + ".";
    String suffix = local[layer] ? localSuffix : "";
    int heads = decoder.attention().headCount(layer);
    int headsKv = decoder.attention().headCountKv(layer);
    int dim = keys.integer("attention.key_length" + suffix, 1, MANY);
    int valueDim = keys.integer("attention.value_length" + suffix, 1, MANY);
    var shape =
        new AttentionSpec(heads, headsKv, dim, valueDim, 1).withWindow(local[layer] ? window : AttentionSpec.ALL);
    return new Mixer.Attention(
        shape,
        Optional.of(local[layer] ? localRope(dim) : rope.rope(dim)),
        keys.linear(block + "attn_q", (long) heads * dim, decoder.width()),
        decoder.norms().norm(block + "attn_q_norm", dim),
        layer < own ? keyValues(block, shape) : shared(block, layer),
        keys.linear(block + "attn_output", decoder.width(), (long) heads * valueDim));
  }

  private Rope localRope(int dim) {
    return rope.unscaled(dim, rope.dims("rope.dimension_count_swa", dim), rope.base("rope.freq_base_swa", 10_000));
  }

  /** Values are normed without a gain; where they have no projection, they are the keys before their norm. */
  private Mixer.KeyValues keyValues(String block, AttentionSpec shape) {
    Linear key = keys.linear(block + "attn_k", (long) shape.headCountKv() * shape.keyDim(), decoder.width());
    return new Mixer.KeyValues.Own(
        key,
        decoder.norms().norm(block + "attn_k_norm", shape.keyDim()),
        keys.hasTensor(block + "attn_v.weight")
            ? keys.linear(block + "attn_v", (long) shape.headCountKv() * shape.valueDim(), decoder.width())
            : key,
        new Norm.Rms(shape.valueDim(), decoder.norms().rmsEps()));
  }

  /** The layer may have tensors for keys and values all the same. */
  private Mixer.KeyValues shared(String block, int layer) {
    keys.ignoreTensors(block + "attn_k.");
    keys.ignoreTensors(block + "attn_v.");
    keys.ignoreTensors(block + "attn_k_norm.");
    for (int i = own - 1; i >= 0; i--) {
      if (local[i] == local[layer]) {
        return new Mixer.KeyValues.Shared(i);
      }
    }
    throw keys.wrong("attention.shared_kv_layers", "leaves layer %d no layer whose keys it could use".formatted(layer));
  }
}
