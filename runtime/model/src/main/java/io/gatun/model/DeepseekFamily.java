package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import java.util.List;
import java.util.Optional;

/** DeepSeek 2 and 3: latent attention, and experts behind some dense layers. */
final class DeepseekFamily {
  static final List<Architecture> ALL = List.of(Architecture.of("deepseek2", DeepseekFamily::deepseek2));
  private static final int MANY = Integer.MAX_VALUE;

  private DeepseekFamily() {}

  private static ModelSpec deepseek2(ModelKeys keys) {
    var decoder = new Decoder(keys);
    decoder.experts().weightingByKeys();
    return decoder.mixers(layer -> Optional.of(attention(keys, decoder, layer))).spec();
  }

  private static Mixer attention(ModelKeys keys, Decoder decoder, int layer) {
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
        new RopeKeys(keys, Pairing.ADJACENT).rope(rotated).unmagnified(),
        valueDim,
        scale(keys, keyDim),
        Optional.empty(),
        queryLatent,
        queryRank == 0
            ? keys.linear(block + "attn_q", queries, width)
            : keys.linear(block + "attn_q_b", queries, queryRank),
        keys.linear(block + "attn_kv_a_mqa", latent + rotated, width),
        new Norm.Rms(Optional.of(block + "attn_kv_a_norm.weight"), latent, decoder.norms().rmsEps()),
        form(keys, block, heads, content, valueDim, latent),
        keys.linear(block + "attn_output", width, (long) heads * valueDim));
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
