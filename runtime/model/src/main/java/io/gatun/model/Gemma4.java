package io.gatun.model;

import io.gatun.device.ActivationFunction;
import java.util.List;
import java.util.Optional;

/** Gemma 4: what {@link GemmaSharing} says, and in some models experts beside the networks. */
final class Gemma4 {
  private static final int MANY = Integer.MAX_VALUE;

  private final ModelKeys keys;
  private final Decoder decoder;

  private Gemma4(ModelKeys keys) {
    this.keys = keys;
    decoder = GemmaFamily.gemma(keys);
  }

  static ModelSpec spec(ModelKeys keys) {
    return new Gemma4(keys).spec();
  }

  private ModelSpec spec() {
    boolean[] local =
        keys.flagPerLayer("attention.sliding_window_pattern", decoder.layers())
            .orElseThrow(
                () -> keys.wrong("attention.sliding_window_pattern", "is missing, expected a truth value per layer"));
    int own = decoder.layers() - keys.integer("attention.shared_kv_layers", 0, decoder.layers() - 1, 0);
    var sharing = new GemmaSharing(keys, decoder, own, local);
    decoder.experts().function(ActivationFunction.GELU);
    decoder.experts().routerSees(FeedForward.Source.STREAM);
    decoder.experts().routerInput("ffn_gate_inp.scale", 1 / Math.sqrt(decoder.width()));
    decoder
        .networks(this::besideExperts)
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .mixers(layer -> Optional.of(sharing.attention(layer, "_swa")))
        .outputScales(
            layer -> {
              String name = "blk." + layer + ".layer_output_scale.weight";
              return keys.hasTensor(name) ? keys.constants(name, 1)[0] : 1;
            })
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 0));
    int inputs = keys.integer("embedding_length_per_layer_input", 0, MANY, 0);
    if (inputs > 0) {
      decoder.blockInputs(
          sharing.blockInputs(inputs), layer -> Optional.of(sharing.ownInput(layer, inputs, Optional.empty())));
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
}
