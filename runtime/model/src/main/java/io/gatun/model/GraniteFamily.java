package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import java.util.List;
import java.util.Optional;

/** Granite, dense, with experts and with state spaces, and MiniCPM: factors on the embedding, on what blocks add, and on the logits. */
final class GraniteFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("granite", GraniteFamily::granite),
          Architecture.of("granitemoe", GraniteFamily::granite),
          Architecture.of("granitehybrid", GraniteFamily::hybrid),
          Architecture.of("minicpm", GraniteFamily::minicpm));

  /** What MiniCPM's files do not say when they are old. */
  private static final double MINICPM_EMBEDDING = 12;

  private static final double MINICPM_DEPTH = 1.4;
  private static final double MINICPM_BASE_WIDTH = 256;

  private GraniteFamily() {}

  private static ModelSpec granite(ModelKeys keys) {
    return plain(keys).spec();
  }

  /** Most layers have a state space instead of attention. */
  private static ModelSpec hybrid(ModelKeys keys) {
    Decoder decoder = plain(keys);
    var spaces = new StateSpaceKeys(keys, decoder);
    return decoder
        .mixers(layer -> spaces.has(layer) ? Optional.of(spaces.second(layer)) : Optional.empty())
        .spec();
  }

  private static Decoder plain(ModelKeys keys) {
    Decoder decoder = scaled(new Decoder(keys), keys, 1, 1, 1);
    double scale = keys.number("attention.scale", 0, Float.MAX_VALUE, 0);
    return scale > 0 ? decoder.attentionScale(scale) : decoder;
  }

  private static ModelSpec minicpm(ModelKeys keys) {
    var decoder = new Decoder(keys);
    double residual = MINICPM_DEPTH / Math.sqrt(decoder.layers());
    return scaled(decoder, keys, MINICPM_EMBEDDING, residual, decoder.width() / MINICPM_BASE_WIDTH).spec();
  }

  private static Decoder scaled(Decoder decoder, ModelKeys keys, double embedding, double residual, double logits) {
    if (keys.flag("rope.scaling.finetuned", true)) {
      decoder.rope(Pairing.ADJACENT);
    } else {
      keys.ignore("rope.dimension_count"); // no positions at all
      keys.ignore("rope.freq_base");
    }
    return decoder
        .embeddingScale(keys.number("embedding_scale", 0, Float.MAX_VALUE, embedding))
        .residualScale(keys.number("residual_scale", 0, Float.MAX_VALUE, residual))
        .logitScale(1 / keys.number("logit_scale", Float.MIN_NORMAL, Float.MAX_VALUE, logits));
  }
}
