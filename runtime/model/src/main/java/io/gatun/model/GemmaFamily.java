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
    double scale = keys.number("attention.scale", 0, Float.MAX_VALUE, 0);
    if (scale > 0) {
      decoder.attentionScale(scale);
    } else if (decoder.layers() == layersOfWidthScale) {
      decoder.attention((_, spec) -> spec.withScale((float) Math.sqrt((double) spec.headCount() / decoder.width())));
    }
    return decoder.blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm");
  }

  /** Even layers have a window; logits are capped, in attention and at the end. */
  private static ModelSpec gemma2(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL, 4096);
    double cap = keys.number("attn_logit_softcapping", 0, Float.MAX_VALUE, 50);
    Decoder decoder = withPostNorms(keys, GEMMA2_27B);
    boolean[] local = decoder.localLayers(2, false);
    return decoder
        .rope(Pairing.HALVES)
        .attention((i, spec) -> spec.withSoftcap((float) cap).withWindow(local[i] ? window : AttentionSpec.ALL))
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 30))
        .spec();
  }

  /** Five of six layers have a window and a rotary base of their own. */
  private static ModelSpec gemma3(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    Decoder decoder = withPostNorms(keys, GEMMA3_27B);
    boolean[] local = decoder.localLayers(6, false);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    return decoder
        .rope((i, dim) -> Optional.of(local[i] ? rope.unscaled(dim, dim, localBase) : rope.rope(dim)))
        .attention((i, spec) -> spec.withWindow(local[i] ? window : AttentionSpec.ALL))
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 0))
        .spec();
  }
}
