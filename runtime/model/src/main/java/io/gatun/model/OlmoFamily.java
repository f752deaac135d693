package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.NormKeys.Kind;
import java.util.List;
import java.util.Optional;

/** OLMo 1 to 3, and with experts. */
final class OlmoFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("olmo", OlmoFamily::olmo),
          Architecture.of("olmo2", OlmoFamily::olmo2),
          Architecture.of("olmoe", OlmoFamily::olmoe));

  private static final int PERIOD = 4;

  private OlmoFamily() {}

  /** Norms without gain or bias; queries, keys and values clamped. */
  private static ModelSpec olmo(ModelKeys keys) {
    return new Decoder(keys).norms(Kind.LAYER_ALONE).rope(Pairing.ADJACENT).clamp().spec();
  }

  /** Norms of queries, keys and results only. The third version: three of four layers have a window and no scaling. */
  private static ModelSpec olmo2(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double base = rope.base("rope.freq_base", 10_000);
    var decoder = new Decoder(keys);
    var usual = new boolean[decoder.layers()];
    for (int i = 0; i < usual.length; i++) {
      usual[i] = window > 0 && (i + 1) % PERIOD != 0;
    }
    boolean[] isLocal = keys.flagPerLayer("attention.sliding_window_pattern", usual.length).orElse(usual);
    return decoder
        .blockNorms(NONE, "post_attention_norm", NONE, "post_ffw_norm")
        .queryKeyNorm(QueryKeyNorm.ALL_HEADS)
        .rope((i, dim) -> Optional.of(isLocal[i] ? rope.unscaled(dim, dim, base) : rope.rope(dim)))
        .attention((i, spec) -> isLocal[i] ? spec.withWindow(window) : spec)
        .spec();
  }

  private static ModelSpec olmoe(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.HALVES).queryKeyNorm(QueryKeyNorm.ALL_HEADS);
    decoder.experts().weightingByKeys(1, false);
    return decoder.spec();
  }
}
