package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.device.RouterSpec.Weighting;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** Encoders: every token sees all others, and each sum is normed. */
final class BertFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("bert", BertFamily::bert),
          Architecture.of("nomic-bert", keys -> encoder(keys).rope(Pairing.HALVES).spec()),
          Architecture.of("nomic-bert-moe", BertFamily::nomicBertMoe),
          Architecture.of("jina-bert-v2", BertFamily::jinaBertV2),
          Architecture.of("jina-bert-v3", keys -> plain(keys).rope(Pairing.HALVES).spec()));

  private static final double JINA_MAX_BIAS = 8;

  private BertFamily() {}

  private static Decoder encoder(ModelKeys keys) {
    if (keys.flag("attention.causal", false)) {
      throw keys.wrong("attention.causal", "is true, expected an encoder");
    }
    Decoder decoder = new Decoder(keys);
    return (keys.hasTensor("token_types.weight") ? decoder.tokenTypes() : decoder)
        .norms(Kind.LAYER)
        .embeddingNorm("token_embd_norm")
        .residual(BlockSpec.Residual.NORMED_SUM)
        .blockNorms(NONE, "attn_output_norm", NONE, "layer_output_norm")
        .outputNorm(NONE)
        .sight(ModelSpec.Sight.ALL);
  }

  private static Decoder plain(ModelKeys keys) {
    return encoder(keys).network(Network.PLAIN, ActivationFunction.GELU);
  }

  private static ModelSpec bert(ModelKeys keys) {
    return plain(keys).learnedPositions().spec();
  }

  /** Every other network has experts without a gate. */
  private static ModelSpec nomicBertMoe(ModelKeys keys) {
    keys.ignore("moe_every_n_layers"); // the tensors say it
    Decoder decoder = plain(keys).rope(Pairing.HALVES);
    decoder.experts().weighting(Weighting.SOFTMAX);
    decoder.experts().plain(ActivationFunction.GELU);
    return decoder.spec();
  }

  /** Attention falls with distance; a network's gate and up are two tensors or one. */
  private static ModelSpec jinaBertV2(ModelKeys keys) {
    boolean apart = keys.hasTensor("blk.0.ffn_gate.weight");
    Decoder decoder = encoder(keys).alibi(JINA_MAX_BIAS);
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.ALL_HEADS);
    }
    return decoder.network(apart ? Network.GATED : Network.FUSED, ActivationFunction.GELU).spec();
  }
}
