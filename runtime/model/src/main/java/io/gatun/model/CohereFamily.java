package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.NormKeys.Kind;
import java.util.List;
import java.util.Optional;

/** Command R, R+, R7B and A: attention and network side by side on one layer norm, a factor on the logits. */
final class CohereFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("command-r", CohereFamily::commandR),
          Architecture.of("cohere2", CohereFamily::cohere2),
          Architecture.of("cohere2moe", CohereFamily::cohere2moe));

  private static final int PERIOD = 4;

  private CohereFamily() {}

  private static Decoder parallel(ModelKeys keys) {
    return new Decoder(keys)
        .norms(Kind.LAYER)
        .blockNorms("attn_norm", NONE, "attn_norm", NONE)
        .residual(BlockSpec.Residual.PARALLEL)
        .logitScale(keys.number("logit_scale", 0, Float.MAX_VALUE));
  }

  private static ModelSpec commandR(ModelKeys keys) {
    Decoder decoder = parallel(keys).rope(Pairing.ADJACENT);
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.EACH_HEAD_APART);
    }
    return decoder.spec();
  }

  /** Three of four layers have a window and positions, the fourth neither. */
  private static ModelSpec cohere2(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    Decoder decoder = parallel(keys);
    boolean[] local = decoder.localLayers(PERIOD, false);
    return decoder
        .rope((i, headDim) -> local[i] ? Optional.of(rope.rope(headDim)) : Optional.empty())
        .attention((i, spec) -> local[i] ? spec.withWindow(window) : spec)
        .spec();
  }

  /** Likewise, with experts behind some dense layers, which all have positions; the shared one counts as the others do. */
  private static ModelSpec cohere2moe(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    int dense = keys.integer("leading_dense_block_count", 0, Integer.MAX_VALUE);
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    keys.ignore("rope.freq_base_swa"); // what layers without a window would not use
    Decoder decoder = parallel(keys).norms(keys.has("attention.layer_norm_rms_epsilon") ? Kind.RMS : Kind.LAYER);
    boolean[] local = decoder.localLayers(PERIOD, true);
    decoder.experts().weightingByKeys(2, false);
    decoder.experts().shared("_shexp", 0.5);
    return decoder
        .rope((i, headDim) -> local[i] || i < dense ? Optional.of(rope.rope(headDim)) : Optional.empty())
        .attention((i, spec) -> local[i] ? spec.withWindow(window) : spec)
        .spec();
  }
}
