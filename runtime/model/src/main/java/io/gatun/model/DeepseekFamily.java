package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.Decoder.Network;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Latent attention: DeepSeek 2 and 3 with experts behind some dense layers, and others. */
final class DeepseekFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("deepseek2", DeepseekFamily::deepseek2),
          Architecture.of("mistral4", DeepseekFamily::deepseek2),
          Architecture.of("minicpm3", DeepseekFamily::minicpm3),
          Architecture.of("plm", DeepseekFamily::plm));

  private static final int MANY = Integer.MAX_VALUE;

  /** The width that MiniCPM 3's factors are relative to. */
  private static final double MINICPM_BASE_WIDTH = 256;

  private DeepseekFamily() {}

  private static ModelSpec deepseek2(ModelKeys keys) {
    var decoder = new Decoder(keys);
    decoder.experts().weightingByKeys();
    return latent(keys, decoder, rotated -> new RopeKeys(keys, Pairing.ADJACENT).rope(rotated).unmagnified()).spec();
  }

  /** Factors on the embedding, on what blocks add, and on the logits. */
  private static ModelSpec minicpm3(ModelKeys keys) {
    var decoder = new Decoder(keys);
    return latent(keys, decoder, rotated -> new RopeKeys(keys, Pairing.HALVES).rope(rotated))
        .embeddingScale(12)
        .residualScale(1.4 / Math.sqrt(decoder.layers()))
        .logitScale(MINICPM_BASE_WIDTH / decoder.width())
        .spec();
  }

  private static ModelSpec plm(ModelKeys keys) {
    return latent(keys, new Decoder(keys), rotated -> new RopeKeys(keys, Pairing.ADJACENT).rope(rotated))
        .network(Network.PLAIN, ActivationFunction.RELU_SQUARED)
        .spec();
  }

  private static Decoder latent(ModelKeys keys, Decoder decoder, IntFunction<Rope> rope) {
    return decoder.mixers(layer -> Optional.of(attention(keys, decoder, layer, dims -> Optional.of(rope.apply(dims)))));
  }

  /** Latent attention of a layer, with positions of the dimensions that they have. */
  static Mixer attention(ModelKeys keys, Decoder decoder, int layer, IntFunction<Optional<Rope>> rope) {
    String block = "blk." + layer + ".";
    int heads = decoder.attention().headCount(layer);
    int width = decoder.width();
    int rotated = keys.integer("rope.dimension_count", 2, MANY);
    int usualKeyDim = decoder.attention().headDim("attention.key_length", heads);
    int usualValueDim = decoder.attention().headDim("attention.value_length", heads);
    int keyDim = keys.integer("attention.key_length_mla", rotated + 1, MANY, usualKeyDim);
    int valueDim = keys.integer("attention.value_length_mla", 1, MANY, usualValueDim);
    int latent = keys.integer("attention.kv_lora_rank", 1, MANY);
    if (keyDim <= rotated) {
      throw keys.wrong(
          "attention.key_length", "is %d, expected more than rope.dimension_count %d".formatted(keyDim, rotated));
    }
    int content = keyDim - rotated;
    long queries = (long) heads * keyDim;
    int queryRank = keys.integer("attention.q_lora_rank", 0, MANY, 0);
    Optional<Mixer.Latent> queryLatent =
        queryRank == 0
            ? Optional.empty()
            : Optional.of(
                new Mixer.Latent(
                    keys.linear(block + "attn_q_a", queryRank, width),
                    decoder.norms().norm(block + "attn_q_a_norm", queryRank)));
    return new Mixer.LatentAttention(
        heads,
        content,
        rotated,
        rope.apply(rotated),
        valueDim,
        scale(keys, keyDim),
        temperature(keys),
        queryLatent,
        queryRank == 0
            ? keys.linear(block + "attn_q", queries, width)
            : keys.linear(block + "attn_q_b", queries, queryRank),
        keys.linear(block + "attn_kv_a_mqa", latent + rotated, width),
        new Norm.Rms(Optional.of(block + "attn_kv_a_norm.weight"), latent, decoder.norms().rmsEps()),
        form(keys, block, heads, content, valueDim, latent),
        keys.linear(block + "attn_output", width, (long) heads * valueDim));
  }

  private static Optional<Mixer.Temperature> temperature(ModelKeys keys) {
    double scale = keys.number("attention.temperature_scale", 0, Float.MAX_VALUE, 0);
    int length = keys.integer("attention.temperature_length", 0, MANY, 0);
    if (scale > 0 && length == 0) {
      throw keys.wrong("attention.temperature_length", "is missing, expected an integer above 0");
    }
    return scale > 0 ? Optional.of(new Mixer.Temperature(scale, length, 0)) : Optional.empty();
  }

  private static Mixer.LatentForm form(
      ModelKeys keys, String block, int heads, int content, int valueDim, int latent) {
    if (keys.hasTensor(block + "attn_k_b.weight")) {
      return new Mixer.LatentForm.Absorbed(
          keys.experts(block + "attn_k_b", heads, latent, content),
          keys.experts(block + "attn_v_b", heads, valueDim, latent));
    }
    return new Mixer.LatentForm.Expanded(keys.linear(block + "attn_kv_b", (long) heads * (content + valueDim), latent));
  }

  /** Yarn lengthens the logits instead of the rotated values. */
  private static float scale(ModelKeys keys, int keyDim) {
    double multiplier = keys.number("rope.scaling.yarn_log_multiplier", 0, Float.MAX_VALUE, 0);
    double factor = keys.number("rope.scaling.factor", 0, Float.MAX_VALUE, 1);
    double length = factor > 0 ? 1 + multiplier * Math.log(factor) : 1;
    return (float) (length * length / Math.sqrt(keyDim));
  }
}
