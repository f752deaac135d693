package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** No positions, attention falls with distance. */
final class AlibiFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("bloom", AlibiFamily::bloom),
          Architecture.of("mpt", AlibiFamily::mpt),
          Architecture.of("refact", AlibiFamily::refact),
          Architecture.of("baichuan", AlibiFamily::baichuan),
          Architecture.of("jais", AlibiFamily::jais));

  private static final double USUAL_MAX_BIAS = 8;

  /** The layers of the Baichuan that has no rotary positions. */
  private static final int BAICHUAN_13B = 40;

  private AlibiFamily() {}

  private static Decoder plain(ModelKeys keys) {
    return new Decoder(keys).norms(Kind.LAYER).network(Network.PLAIN, ActivationFunction.GELU);
  }

  private static ModelSpec bloom(ModelKeys keys) {
    return plain(keys).alibi(USUAL_MAX_BIAS).embeddingNorm("token_embd_norm").spec();
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

  private static ModelSpec refact(ModelKeys keys) {
    return new Decoder(keys).alibi(USUAL_MAX_BIAS).spec();
  }

  private static ModelSpec baichuan(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean large = decoder.layers() == BAICHUAN_13B;
    return (large ? decoder.alibi(USUAL_MAX_BIAS) : decoder.rope(Pairing.ADJACENT)).spec();
  }

  private static ModelSpec jais(ModelKeys keys) {
    return new Decoder(keys)
        .norms(Kind.LAYER)
        .alibi(keys.number("attention.max_alibi_bias", 0, Float.MAX_VALUE, 0))
        .attention((_, spec) -> spec.withScale(1f / spec.keyDim()))
        .spec();
  }
}
