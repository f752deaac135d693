package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** Encoders: every token sees all others, and each sum is normed. */
final class BertFamily {
  static final List<Architecture> ALL =
      List.of(Architecture.of("bert", BertFamily::bert), Architecture.of("nomic-bert", BertFamily::nomicBert));

  private BertFamily() {}

  private static Decoder encoder(ModelKeys keys) {
    if (keys.flag("attention.causal", false)) {
      throw keys.wrong("attention.causal", "is true, expected an encoder");
    }
    return new Decoder(keys)
        .norms(Kind.LAYER)
        .embeddingNorm("token_embd_norm")
        .tokenTypes()
        .residual(BlockSpec.Residual.NORMED_SUM)
        .blockNorms(NONE, "attn_output_norm", NONE, "layer_output_norm")
        .outputNorm(NONE)
        .sight(ModelSpec.Sight.ALL);
  }

  private static ModelSpec bert(ModelKeys keys) {
    return encoder(keys).learnedPositions().network(Network.PLAIN, ActivationFunction.GELU).spec();
  }

  private static ModelSpec nomicBert(ModelKeys keys) {
    return encoder(keys).rope(Pairing.HALVES).spec();
  }
}
