package io.gatun.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * Gemma 3n: what {@link GemmaSharing} says, several residual streams, bypasses of attention, and networks that in the first
 * layers drop most of their values.
 */
final class Gemma3n {
  private static final int MANY = Integer.MAX_VALUE;

  /** What holds where files do not say it: layers with keys and values of their own, and the sparse ones. */
  private static final int OWN_KEYS = 20;

  private static final int SPARSE_LAYERS = 10;

  /** One value of twenty of a normal distribution is farther above its mean. */
  private static final float SPARSE_DEVIATIONS = 1.6448534f;

  private static final double CAP = 30;

  private final ModelKeys keys;
  private final Decoder decoder;
  private final int width;
  private final int count;

  private Gemma3n(ModelKeys keys) {
    this.keys = keys;
    decoder = GemmaFamily.gemma(keys);
    width = decoder.width();
    count = keys.integer("altup.num_inputs", 2, MANY, 4);
    keys.integer("altup.active_idx", 0, 0, 0); // blocks compute the first
  }

  static ModelSpec spec(ModelKeys keys) {
    return new Gemma3n(keys).spec();
  }

  private ModelSpec spec() {
    int layers = decoder.layers();
    int shared = keys.integer("attention.shared_kv_layers", 0, layers - 1, Math.max(0, layers - OWN_KEYS));
    int inputs = keys.integer("embedding_length_per_layer_input", 1, MANY, 256);
    var sharing = new GemmaSharing(keys, decoder, layers - shared, decoder.localLayers(5, false));
    var streams =
        new Streams(
            count,
            keys.experts("altup_proj", count - 1L, width, width),
            keys.experts("altup_unembd_proj", count - 1L, width, width));
    return decoder
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .mixers(layer -> Optional.of(sharing.attention(layer, "")))
        .sparse(deviations(layers))
        .bypasses(layer -> Optional.of(bypass("blk." + layer + ".")))
        .streams(streams, layer -> Optional.of(prediction("blk." + layer + ".")))
        .blockInputs(
            sharing.blockInputs(inputs),
            layer -> {
              Optional<String> gain = Optional.of("blk." + layer + ".altup_correct_scale.weight");
              return Optional.of(sharing.ownInput(layer, inputs, gain));
            })
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, CAP))
        .spec();
  }

  private float[] deviations(int layers) {
    String key = "activation_sparsity_scale";
    if (keys.has(key)) {
      return keys.numberPerLayer(key, layers, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, 0);
    }
    var deviations = new float[layers];
    Arrays.fill(deviations, Float.NEGATIVE_INFINITY);
    Arrays.fill(deviations, 0, Math.min(layers, SPARSE_LAYERS), SPARSE_DEVIATIONS);
    return deviations;
  }

  private BlockSpec.Bypass bypass(String block) {
    long rank = keys.dimension(block + "laurel_l.weight", 0);
    return new BlockSpec.Bypass(
        keys.linear(block + "laurel_l", rank, width),
        keys.linear(block + "laurel_r", width, rank),
        decoder.norms().norm(block + "laurel_post_norm", width),
        (float) Math.sqrt(0.5));
  }

  private Streams.Prediction prediction(String block) {
    return new Streams.Prediction(
        decoder.norms().norm(block + "altup_router_norm", width),
        1f / width,
        keys.linear(block + "altup_router", count, width),
        keys.linear(block + "altup_predict_coef", (long) count * count, count),
        keys.linear(block + "altup_correct_coef", count, count));
  }
}
