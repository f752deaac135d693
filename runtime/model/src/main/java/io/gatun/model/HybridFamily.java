package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import java.util.List;
import java.util.Optional;

/**
 * Qwen 3.5, Qwen 3 Next, Kimi Linear and LFM2: attention in some layers, in the others a state of fixed size. The tensors
 * say which.
 */
final class HybridFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("qwen35", HybridFamily::qwen35),
          Architecture.of("qwen35moe", HybridFamily::qwen35),
          Architecture.of("qwen3next", HybridFamily::qwen35),
          Architecture.of("kimi-linear", HybridFamily::kimiLinear),
          Architecture.of("lfm2", HybridFamily::lfm2),
          Architecture.of("lfm2moe", HybridFamily::lfm2));

  private static final int MANY = 1 << 24;

  private HybridFamily() {}

  private static ModelSpec qwen35(ModelKeys keys) {
    keys.ignore("full_attention_interval");
    keys.ignore("attention.recurrent_layers");
    keys.ignore("rope.dimension_sections"); // text has the same position in all of them
    var decoder =
        new Decoder(keys)
            .rope(Pairing.HALVES)
            .blockNorms("attn_norm", NONE, "post_attention_norm", NONE)
            .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
            .gate(AttentionKeys.Gate.BEHIND_QUERIES);
    return decoder.mixers(layer -> deltaNet(keys, decoder, "blk." + layer + ".")).spec();
  }

  private static Optional<Mixer> deltaNet(ModelKeys keys, Decoder decoder, String block) {
    String kernel = block + "ssm_conv1d.weight";
    if (!keys.hasTensor(kernel)) {
      return Optional.empty();
    }
    int heads = keys.integer("ssm.time_step_rank", 1, MANY);
    int values = keys.integer("ssm.inner_size", 1, MANY);
    int keyHeads = keys.integer("ssm.group_count", 1, heads);
    int taps = keys.integer("ssm.conv_kernel", 2, MANY);
    if (values % heads != 0 || heads % keyHeads != 0) {
      throw keys.wrong(
          "ssm.time_step_rank",
          "is %d, expected a divisor of inner_size %d and a multiple of group_count %d".formatted(heads, values, keyHeads));
    }
    int width = decoder.width();
    int keyDim = keys.integer("ssm.state_size", 1, MANY);
    String both = block + "ssm_ba";
    boolean together = keys.hasTensor(both + ".weight"); // as in qwen3next, whose value heads are in another order
    int repeats = together ? heads / keyHeads : 1;
    var shape = new DeltaNetSpec(keyHeads * repeats, heads, keyDim, values / heads);
    return Optional.of(
        new Mixer.DeltaNet(
            shape,
            repeats,
            source(keys, block, 2L * keyHeads * keyDim, values, width),
            List.of(kernel),
            taps,
            together
                ? new Mixer.Control.Together(keys.linear(both, 2L * heads, width), repeats)
                : new Mixer.Control.Apart(
                    keys.linear(block + "ssm_alpha", heads, width), keys.linear(block + "ssm_beta", heads, width)),
            block + "ssm_dt.bias",
            1,
            block + "ssm_a",
            ActivationFunction.SILU,
            decoder.norms().norm(block + "ssm_norm", shape.valueDim()),
            keys.linear(block + "ssm_out", width, values)));
  }

  private static Mixer.Source source(ModelKeys keys, String block, long queriesAndKeys, long values, int width) {
    String all = block + "ssm_in";
    return keys.hasTensor(all + ".weight") // as older converters wrote it
        ? new Mixer.Source.Together(keys.linear(all, queriesAndKeys + 2 * values, width))
        : new Mixer.Source.Apart(
            keys.linear(block + "attn_qkv", queriesAndKeys + values, width),
            keys.linear(block + "attn_gate", values, width));
  }

  /** Few layers of latent attention, without positions; in the others, each value of a key decays at its own rate. */
  private static ModelSpec kimiLinear(ModelKeys keys) {
    keys.ignore("rope.freq_base");
    var decoder = new Decoder(keys);
    decoder.experts().weightingByKeys(2, true);
    return decoder
        .mixers(
            layer ->
                Optional.of(
                    decoder.attention().storedHeadCountKv(layer) == 0
                        ? kimiDelta(keys, decoder, layer)
                        : DeepseekFamily.attention(keys, decoder, layer, _ -> Optional.empty())))
        .spec();
  }

  private static Mixer kimiDelta(ModelKeys keys, Decoder decoder, int layer) {
    String block = "blk." + layer + ".";
    int heads = decoder.attention().headCount(layer);
    int dim = keys.integer("kda.head_dim", 1, MANY);
    int taps = keys.integer("ssm.conv_kernel", 2, MANY);
    int width = decoder.width();
    long all = (long) heads * dim;
    return new Mixer.DeltaNet(
        new DeltaNetSpec(heads, heads, dim, dim),
        1,
        new Mixer.Source.Separate(
            keys.linear(block + "attn_q", all, width),
            keys.linear(block + "attn_k", all, width),
            keys.linear(block + "attn_v", all, width),
            lowRank(keys, block + "ssm_g", all, dim, width)),
        List.of(block + "ssm_conv1d_q.weight", block + "ssm_conv1d_k.weight", block + "ssm_conv1d_v.weight"),
        taps,
        new Mixer.Control.Low(
            lowRank(keys, block + "ssm_f", all, dim, width), keys.linear(block + "ssm_beta", heads, width)),
        block + "ssm_dt.bias",
        dim,
        block + "ssm_a",
        ActivationFunction.SIGMOID,
        decoder.norms().norm(block + "ssm_norm", dim),
        keys.linear(block + "attn_output", width, all));
  }

  private static Mixer.LowRank lowRank(ModelKeys keys, String name, long out, int rank, int width) {
    return new Mixer.LowRank(keys.linear(name + "_a", rank, width), keys.linear(name + "_b", out, rank));
  }

  private static ModelSpec lfm2(ModelKeys keys) {
    var decoder =
        new Decoder(keys)
            .rope(Pairing.HALVES)
            .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
            .outputNorm(keys.hasTensor("output_norm.weight") ? "output_norm" : "token_embd_norm");
    int taps = keys.integer("shortconv.l_cache", 2, MANY);
    int window = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0);
    if (window > 0) {
      decoder.attention((_, spec) -> spec.withWindow(window));
    }
    decoder.experts().weightingByKeys(2, true);
    return decoder.mixers(layer -> shortConvolution(keys, decoder.width(), taps, "blk." + layer + ".shortconv.")).spec();
  }

  private static Optional<Mixer> shortConvolution(ModelKeys keys, int width, int taps, String name) {
    return keys.hasTensor(name + "conv.weight")
        ? Optional.of(
            new Mixer.ShortConvolution(
                keys.linear(name + "in_proj", 3L * width, width),
                name + "conv.weight",
                taps,
                keys.linear(name + "out_proj", width, width)))
        : Optional.empty();
  }
}
