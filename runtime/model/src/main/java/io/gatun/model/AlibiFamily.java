package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** BLOOM and MPT: no positions, attention falls with distance. */
final class AlibiFamily {
  static final List<Architecture> ALL =
      List.of(Architecture.of("bloom", AlibiFamily::bloom), Architecture.of("mpt", AlibiFamily::mpt));

  private static final double BLOOM_MAX_BIAS = 8;

  private AlibiFamily() {}

  private static Decoder plain(ModelKeys keys) {
    return new Decoder(keys).norms(Kind.LAYER).network(Network.PLAIN, ActivationFunction.GELU);
  }

  private static ModelSpec bloom(ModelKeys keys) {
    return plain(keys).alibi(BLOOM_MAX_BIAS).embeddingNorm("token_embd_norm").spec();
  }

  private static ModelSpec mpt(ModelKeys keys) {
    Decoder decoder = plain(keys).clamp();
    double maxBias = keys.number("attention.max_alibi_bias", 0, Float.MAX_VALUE, 0);
    if (maxBias > 0) {
      decoder.alibi(maxBias);
    }
    if (keys.hasTensor("position_embd.weight")) {
      decoder.learnedPositions();
    }
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.ALL_HEADS);
    }
    return decoder.spec();
  }
}
