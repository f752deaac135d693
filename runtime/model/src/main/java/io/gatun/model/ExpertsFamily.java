package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.device.RouterSpec.Weighting;
import io.gatun.model.AttentionKeys.Gate;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.NormKeys.Kind;
import java.util.List;
import java.util.Optional;

/** Models that exist with experts only; those of other families are with them. */
final class ExpertsFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("deepseek", ExpertsFamily::deepseek),
          Architecture.of("dbrx", ExpertsFamily::dbrx),
          Architecture.of("llama4", ExpertsFamily::llama4),
          Architecture.of("ernie4_5-moe", keys -> new Decoder(keys).rope(Pairing.ADJACENT).spec()),
          Architecture.of("bailingmoe", keys -> byKeys(keys, Pairing.ADJACENT).spec()),
          Architecture.of("bailingmoe2", keys -> byKeys(keys, Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD).spec()),
          Architecture.of("dots1", keys -> byKeys(keys, Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD).spec()),
          Architecture.of("hy_v3", ExpertsFamily::hunyuan3),
          Architecture.of("minimax-m2", ExpertsFamily::minimaxM2),
          Architecture.of("exaone-moe", ExpertsFamily::exaoneMoe),
          Architecture.of("afmoe", ExpertsFamily::afmoe),
          Architecture.of("mellum", ExpertsFamily::mellum));

  /** What Llama 4's files do not say: the positions that see each other, and the growth of queries. */
  private static final int LLAMA4_CHUNK = 8192;

  private static final Mixer.Temperature LLAMA4_TEMPERATURE = new Mixer.Temperature(0.1, 8192, 1);

  /** The experts of the model that has no norms of queries and keys. */
  private static final int MAVERICK_EXPERTS = 128;

  private ExpertsFamily() {}

  private static Decoder byKeys(ModelKeys keys, Pairing pairing) {
    var decoder = new Decoder(keys).rope(pairing);
    decoder.experts().weightingByKeys();
    return decoder;
  }

  private static ModelSpec deepseek(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.ADJACENT);
    decoder.experts().weighting(Weighting.SOFTMAX);
    return decoder.spec();
  }

  private static ModelSpec dbrx(ModelKeys keys) {
    return new Decoder(keys)
        .norms(Kind.LAYER)
        .blockNorms("attn_norm", NONE, "attn_output_norm", NONE)
        .rope(Pairing.HALVES)
        .clamp()
        .spec();
  }

  /** Three of four layers see a chunk of the text and have positions; experts' inputs are multiplied by their weights. */
  private static ModelSpec llama4(ModelKeys keys) {
    var decoder = new Decoder(keys);
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    boolean chunks = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, LLAMA4_CHUNK) > 0;
    boolean norms = keys.integer("expert_count", 1, Integer.MAX_VALUE) != MAVERICK_EXPERTS;
    boolean[] local = decoder.localLayers(4, false);
    decoder.experts().weighting(Weighting.SIGMOID);
    decoder.experts().weighed(FeedForward.Weighed.INPUT);
    decoder.attention().queryKeyNorm(i -> norms && local[i] ? QueryKeyNorm.EACH_HEAD_ALONE : QueryKeyNorm.NONE);
    decoder.attention().temperature(i -> local[i] ? Optional.empty() : Optional.of(LLAMA4_TEMPERATURE));
    return decoder
        .ropeFirst()
        .rope((i, headDim) -> local[i] ? Optional.of(rope.rope(headDim)) : Optional.empty())
        .attention((i, spec) -> chunks && local[i] ? spec.withChunk(LLAMA4_CHUNK) : spec)
        .spec();
  }

  private static ModelSpec hunyuan3(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD);
    decoder.experts().weightingByKeys(2, false);
    return decoder.spec();
  }

  private static ModelSpec minimaxM2(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.HALVES).queryKeyNorm(QueryKeyNorm.ALL_HEADS);
    decoder.experts().weightingByKeys(2, true);
    return decoder.spec();
  }

  /** Three of four layers have a window and positions, the others neither. */
  private static ModelSpec exaoneMoe(ModelKeys keys) {
    Decoder decoder = alternating(keys, keys.integer("attention.sliding_window", 1, AttentionSpec.ALL, 128));
    decoder.experts().weightingByKeys();
    return decoder.spec();
  }

  /** Likewise, with norms of results and a gate on attention. */
  private static ModelSpec afmoe(ModelKeys keys) {
    Decoder decoder = alternating(keys, keys.integer("attention.sliding_window", 1, AttentionSpec.ALL));
    decoder.experts().weightingByKeys(2, false);
    return decoder
        .embeddingScale(Math.sqrt(decoder.width()))
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .gate(Gate.OWN)
        .spec();
  }

  private static Decoder alternating(ModelKeys keys, int window) {
    var decoder = new Decoder(keys);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    boolean[] local = decoder.localLayers(4, false);
    return decoder
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .rope((i, headDim) -> local[i] ? Optional.of(rope.rope(headDim)) : Optional.empty())
        .attention((i, spec) -> local[i] ? spec.withWindow(window) : spec);
  }

  /** Three of four layers have a window and positions without scaling. */
  private static ModelSpec mellum(ModelKeys keys) {
    var decoder = new Decoder(keys);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    double base = rope.base("rope.freq_base", 10_000);
    boolean[] local = decoder.localLayers(4, false);
    return decoder
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .rope((i, dim) -> Optional.of(local[i] ? rope.unscaled(dim, dim, base) : rope.rope(dim)))
        .attention((i, spec) -> local[i] ? spec.withWindow(window) : spec)
        .spec();
  }
}
