package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import java.util.List;
import java.util.Optional;

/** Gemma: embeddings scaled by √n_embd, GELU; from the second on norms after each part, and layers with a window. */
final class GemmaFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("gemma", keys -> gemma(keys).rope(Pairing.HALVES).spec()),
          Architecture.of("gemma2", GemmaFamily::gemma2),
          Architecture.of("gemma3", GemmaFamily::gemma3),
          Architecture.of("gemma3n", Gemma3n::spec),
          Architecture.of("gemma4", Gemma4::spec));

  /** Layers of the models whose queries are scaled by the width per head instead of the head's. */
  private static final int GEMMA2_27B = 46;

  private static final int GEMMA3_27B = 62;

  private GemmaFamily() {}

  static Decoder gemma(ModelKeys keys) {
    var decoder = new Decoder(keys);
    return decoder.embeddingScale(Math.sqrt(decoder.width())).network(Network.GATED, ActivationFunction.GELU);
  }

  private static Decoder withPostNorms(ModelKeys keys, int layersOfWidthScale) {
    Decoder decoder = gemma(keys);
    if (decoder.layers() == layersOfWidthScale) {
      decoder.attention((_, spec) -> spec.withScale((float) Math.sqrt((double) spec.headCount() / decoder.width())));
    }
    return decoder.blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm");
  }

  /** Even layers have a window; logits are capped, in attention and at the end. */
  private static ModelSpec gemma2(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL, 4096);
    double cap = keys.number("attn_logit_softcapping", 0, Float.MAX_VALUE, 50);
    return withPostNorms(keys, GEMMA2_27B)
        .rope(Pairing.HALVES)
        .attention((i, spec) -> spec.withSoftcap((float) cap).withWindow(i % 2 == 0 ? window : AttentionSpec.ALL))
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 30))
        .spec();
  }

  /** Five of six layers have a window and a rotary base of their own. */
  private static ModelSpec gemma3(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    int period = keys.integer("attention.sliding_window_pattern", 1, AttentionSpec.ALL, 6);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    return withPostNorms(keys, GEMMA3_27B)
        .rope((i, dim) -> Optional.of(isGlobal(i, period) ? rope.rope(dim) : rope.unscaled(dim, dim, localBase)))
        .attention((i, spec) -> spec.withWindow(isGlobal(i, period) ? AttentionSpec.ALL : window))
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 0))
        .spec();
  }

  private static boolean isGlobal(int layer, int period) {
    return (layer + 1) % period == 0;
  }
}
