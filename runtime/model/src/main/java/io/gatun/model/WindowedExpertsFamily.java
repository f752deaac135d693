package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.Gate;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import java.util.List;
import java.util.Optional;

/** Experts, and layers with a window that have positions, and perhaps heads, of their own. */
final class WindowedExpertsFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("mimo2", WindowedExpertsFamily::mimo2),
          Architecture.of("step35", WindowedExpertsFamily::step35),
          Architecture.of("laguna", WindowedExpertsFamily::laguna),
          Architecture.of("smallthinker", WindowedExpertsFamily::smallthinker));

  /** Every fourth layer, from the first on, sees all. */
  private static final int PERIOD = 4;

  /** Below this a bound would cut off what SiLU makes of numbers below 0, too. */
  private static final float LEAST_LIMIT = 0.3f;

  private WindowedExpertsFamily() {}

  /** Some heads have sinks, and there is a factor on what attention adds. */
  private static ModelSpec mimo2(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean[] local = local(keys, decoder);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    decoder.experts().weightingByKeys(2, true);
    decoder.attention().scale(keys.number("attention.value_scale", -Float.MAX_VALUE, Float.MAX_VALUE, 1));
    return windows(keys, decoder, local)
        .rope(
            (i, dim) ->
                Optional.of(
                    local[i] ? rope.unscaled(dim, rope.dims("rope.dimension_count", dim), localBase) : rope.rope(dim)))
        .attention(
            (i, spec) -> {
              String sinks = "blk." + i + ".attn_sinks.weight";
              return keys.hasTensor(sinks) ? spec.withSinks(keys.constants(sinks, spec.headCount())) : spec;
            })
        .spec();
  }

  /** A gate on each head; layers that see all rotate half of the dimensions; some layers clamp their experts. */
  private static ModelSpec step35(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean[] local = local(keys, decoder);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    decoder.experts().weightingByKeys(2, false);
    float[] everywhere = limits(keys, "swiglu_clamp_shexp", decoder);
    decoder.limits(everywhere).experts().limits(limits(keys, "swiglu_clamp_exp", decoder), everywhere);
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.EACH_HEAD);
    }
    return windows(keys, decoder, local)
        .gate(Gate.OWN)
        .rope(
            (i, dim) -> {
              int dims = rope.dims("rope.dimension_count", dim);
              return Optional.of(
                  local[i]
                      ? rope.unscaled(dim, keys.integer("rope.dimension_count_swa", 2, dim, dims), localBase)
                      : rope.rope(dim, dims / 2));
            })
        .spec();
  }

  private static float[] limits(ModelKeys keys, String key, Decoder decoder) {
    float[] limits = keys.numberPerLayer(key, decoder.layers(), 0, Float.MAX_VALUE, 0);
    for (float limit : limits) {
      if (limit > 0 && limit < LEAST_LIMIT) {
        throw keys.wrong(key, "holds %s, expected 0 or at least %s".formatted(limit, LEAST_LIMIT));
      }
    }
    return limits;
  }

  /** A gate without bounds on each head or value. */
  private static ModelSpec laguna(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean[] local = decoder.localLayers(PERIOD, true);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", rope.base("rope.freq_base", 10_000));
    boolean windows = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0) > 0;
    decoder.experts().weightingByKeys(2, false);
    decoder.attention().gateFunction(ActivationFunction.SOFTPLUS);
    return (windows ? windows(keys, decoder, local) : decoder)
        .gate(Gate.OWN)
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .rope(
            (i, dim) -> {
              int dims = rope.dims("rope.dimension_count", dim);
              return Optional.of(
                  windows && local[i]
                      ? rope.unscaled(dim, keys.integer("rope.dimension_count_swa", 2, dim, dims), localBase)
                      : rope.rope(dim));
            })
        .spec();
  }

  /** The router sees the stream before the block; layers with a window have positions, the others none. */
  private static ModelSpec smallthinker(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean[] local = decoder.localLayers(PERIOD, true);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double base = rope.base("rope.freq_base", 10_000);
    double localBase = rope.base("rope.freq_base_swa", base);
    boolean windows = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0) > 0;
    decoder.experts().weightingByKeys(1, true);
    decoder.experts().function(ActivationFunction.RELU);
    decoder.experts().routerSees(FeedForward.Source.BLOCK);
    return (windows ? windows(keys, decoder, local) : decoder)
        .rope(
            (i, dim) ->
                windows && !local[i]
                    ? Optional.empty()
                    : Optional.of(rope.rope(dim, rope.dims("rope.dimension_count", dim), windows ? localBase : base)))
        .spec();
  }

  private static boolean[] local(ModelKeys keys, Decoder decoder) {
    return keys.flagPerLayer("attention.sliding_window_pattern", decoder.layers())
        .orElseThrow(
            () -> keys.wrong("attention.sliding_window_pattern", "is missing, expected a truth value per layer"));
  }

  private static Decoder windows(ModelKeys keys, Decoder decoder, boolean... local) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    return decoder.attention((i, spec) -> local[i] ? spec.withWindow(window) : spec);
  }
}
