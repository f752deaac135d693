package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import java.util.List;
import java.util.Optional;

/**
 * Gemma 4: layers with a window have heads and positions of their own, the last layers use the keys and values of earlier
 * ones, and every block gets an embedding of its own beside the stream.
 */
final class Gemma4 {
  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final Decoder decoder;
  private final RopeKeys rope;
  private final boolean[] local;
  private final int window;

  /** Layers before this one have keys and values of their own. */
  private final int own;

  private Gemma4(ModelKeys keys) {
    this.keys = keys;
    decoder = GemmaFamily.gemma(keys);
    rope = new RopeKeys(keys, Pairing.HALVES);
    local =
        keys.flagPerLayer("attention.sliding_window_pattern", decoder.layers())
            .orElseThrow(
                () -> keys.wrong("attention.sliding_window_pattern", "is missing, expected a truth value per layer"));
    window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    own = decoder.layers() - keys.integer("attention.shared_kv_layers", 0, decoder.layers() - 1, 0);
  }

  static ModelSpec spec(ModelKeys keys) {
    return new Gemma4(keys).spec();
  }

  private ModelSpec spec() {
    decoder.experts().function(ActivationFunction.GELU);
    decoder.experts().routerSees(FeedForward.Source.STREAM);
    decoder.experts().routerInput("ffn_gate_inp.scale", 1 / Math.sqrt(decoder.width()));
    decoder
        .networks(this::besideExperts)
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .mixers(layer -> Optional.of(attention(layer)))
        .outputScales(
            layer -> {
              String name = "blk." + layer + ".layer_output_scale.weight";
              return keys.hasTensor(name) ? keys.constants(name, 1)[0] : 1;
            })
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 0));
    int inputs = keys.integer("embedding_length_per_layer_input", 0, MANY, 0);
    if (inputs > 0) {
      decoder.blockInputs(blockInputs(inputs), layer -> Optional.of(ownInput(layer, inputs)));
    }
    return decoder.spec();
  }

  /** Where there are experts, they stand beside the network, on a norm of their own and before another. */
  private Optional<FeedForward> besideExperts(int layer) {
    if (!decoder.experts().has(layer)) {
      return Optional.empty();
    }
    String block = "blk." + layer + ".";
    var network =
        new FeedForward.Branch(
            FeedForward.Source.INPUT, new Norm.None(), decoder.network(layer), norm(block + "post_ffw_norm_1"));
    var experts =
        new FeedForward.Branch(
            FeedForward.Source.STREAM,
            norm(block + "pre_ffw_norm_2"),
            decoder.experts().in(layer, decoder.hidden(layer)),
            norm(block + "post_ffw_norm_2"));
    return Optional.of(new FeedForward.Sum(List.of(network, experts)));
  }

  private Norm norm(String name) {
    return decoder.norms().norm(name, decoder.width());
  }

  private Embedding.BlockInputs blockInputs(int inputs) {
    long all = (long) inputs * decoder.layers();
    return new Embedding.BlockInputs(
        keys.linear("per_layer_token_embd", keys.dimension("token_embd.weight", 0), all),
        (float) Math.sqrt(inputs),
        keys.linear("per_layer_model_proj", all, decoder.width()),
        (float) (1 / Math.sqrt(decoder.width())),
        decoder.norms().norm("per_layer_proj_norm", inputs),
        (float) Math.sqrt(0.5));
  }

  private BlockSpec.OwnInput ownInput(int layer, int inputs) {
    String block = "blk." + layer + ".";
    return new BlockSpec.OwnInput(
        Optional.empty(),
        keys.linear(block + "inp_gate", inputs, decoder.width()),
        ActivationFunction.GELU,
        keys.linear(block + "proj", decoder.width(), inputs),
        decoder.norms().norm(block + "post_norm", decoder.width()));
  }

  private Mixer attention(int layer) {
    String block = "blk." + layer + ".";
    String suffix = local[layer] ? "_swa" : "";
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
        layer < own ? keyValues(block, shape) : new Mixer.KeyValues.Shared(lastOfItsKind(layer)),
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

  private int lastOfItsKind(int layer) {
    for (int i = own - 1; i >= 0; i--) {
      if (local[i] == local[layer]) {
        return i;
      }
    }
    throw keys.wrong("attention.shared_kv_layers", "leaves layer %d no layer whose keys it could use".formatted(layer));
  }
}
