package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import java.util.List;

/** ChatGLM 3 and GLM 4: only some dimensions of a head rotate. */
final class GlmFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("chatglm", keys -> chatglm(keys).spec()),
          Architecture.of("glm4", GlmFamily::glm4),
          Architecture.of("glm4moe", GlmFamily::glm4moe));

  private GlmFamily() {}

  private static Decoder chatglm(ModelKeys keys) {
    return new Decoder(keys).rope(Pairing.ADJACENT).network(Network.FUSED, ActivationFunction.SILU);
  }

  private static ModelSpec glm4(ModelKeys keys) {
    return chatglm(keys).blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm").spec();
  }

  /** Some dense layers, then experts chosen by a logistic function and a bias. */
  private static ModelSpec glm4moe(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.HALVES).blockNorms("attn_norm", NONE, "post_attention_norm", NONE);
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.EACH_HEAD);
    }
    decoder.experts().weightingByKeys();
    return decoder.spec();
  }
}
