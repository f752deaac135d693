package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.device.XieluSpec;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;
import java.util.Optional;

/** Llama and those that differ from it in one thing or two. */
final class LlamaFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("llama", LlamaFamily::llama),
          Architecture.of("internlm2", keys -> plain(keys, Pairing.ADJACENT).spec()),
          Architecture.of("xverse", keys -> plain(keys, Pairing.ADJACENT).spec()),
          Architecture.of("ernie4_5", keys -> plain(keys, Pairing.ADJACENT).spec()),
          Architecture.of("paddleocr", keys -> plain(keys, Pairing.HALVES).spec()),
          Architecture.of("exaone", keys -> plain(keys, Pairing.HALVES).spec()),
          Architecture.of("pangu-embedded", keys -> plain(keys, Pairing.HALVES).spec()),
          Architecture.of("orion", keys -> plain(keys, Pairing.HALVES).norms(Kind.LAYER).spec()),
          Architecture.of("openelm", keys -> plain(keys, Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD).spec()),
          Architecture.of("arcee", LlamaFamily::arcee),
          Architecture.of("plamo", LlamaFamily::plamo),
          Architecture.of("plamo3", LlamaFamily::plamo3),
          Architecture.of("maincoder", LlamaFamily::maincoder),
          Architecture.of("bitnet", LlamaFamily::bitnet),
          Architecture.of("seed_oss", LlamaFamily::seedOss),
          Architecture.of("smollm3", LlamaFamily::smollm3),
          Architecture.of("exaone4", LlamaFamily::exaone4),
          Architecture.of("mistral3", LlamaFamily::mistral3),
          Architecture.of("talkie", LlamaFamily::talkie),
          Architecture.of("nanbeige", LlamaFamily::nanbeige),
          Architecture.of("apertus", LlamaFamily::apertus),
          Architecture.of("deci", LlamaFamily::deci));

  /** The layers of the one EXAONE 4 that has windows. */
  private static final int EXAONE4_32B = 64;

  private LlamaFamily() {}

  /** Llama and everything that calls itself so: mistral, mixtral, tied or untied, with or without biases. */
  private static ModelSpec llama(ModelKeys keys) {
    keys.ignore("attention.sliding_window"); // written by converters of mistral; the family attends to everything
    return wholeHeads(keys).spec();
  }

  private static Decoder wholeHeads(ModelKeys keys) {
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    return new Decoder(keys)
        .rope(
            (_, headDim) -> {
              if (rope.dims("rope.dimension_count", headDim) != headDim) {
                throw keys.wrong("rope.dimension_count", "expected %d".formatted(headDim));
              }
              return Optional.of(rope.rope(headDim));
            });
  }

  private static Decoder plain(ModelKeys keys, Pairing pairing) {
    keys.ignore("rope.dimension_sections"); // text has the same position in all of them
    return new Decoder(keys).rope(pairing);
  }

  private static ModelSpec arcee(ModelKeys keys) {
    return plain(keys, Pairing.ADJACENT).network(Network.PLAIN, ActivationFunction.RELU_SQUARED).spec();
  }

  /** Attention and network side by side on one norm. */
  private static ModelSpec plamo(ModelKeys keys) {
    return plain(keys, Pairing.HALVES)
        .blockNorms("attn_norm", NONE, "attn_norm", NONE)
        .residual(BlockSpec.Residual.PARALLEL)
        .spec();
  }

  /** Norms of results, too; seven of eight layers may have a window and positions with a base of their own. */
  private static ModelSpec plamo3(ModelKeys keys) {
    var decoder = new Decoder(keys);
    int window = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0);
    boolean[] local = decoder.localLayers(8, false);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    return decoder
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .network(Network.FUSED, ActivationFunction.SILU)
        .rope((i, dim) -> Optional.of(window > 0 && local[i] ? rope.unscaled(dim, dim, localBase) : rope.rope(dim)))
        .attention((i, spec) -> window > 0 && local[i] ? spec.withWindow(window) : spec)
        .spec();
  }

  private static ModelSpec maincoder(ModelKeys keys) {
    return plain(keys, Pairing.ADJACENT).ropeFirst().queryKeyNorm(QueryKeyNorm.EACH_HEAD).spec();
  }

  /** Norms before each part's last map, too. */
  private static ModelSpec bitnet(ModelKeys keys) {
    Decoder decoder = plain(keys, Pairing.HALVES).hiddenNorm("ffn_sub_norm");
    decoder.attention().mixedNorm("attn_sub_norm");
    return decoder.spec();
  }

  private static ModelSpec seedOss(ModelKeys keys) {
    return plain(keys, Pairing.HALVES).blockNorms("attn_norm", NONE, "post_attention_norm", NONE).spec();
  }

  /** Every fourth layer has no positions. */
  private static ModelSpec smollm3(ModelKeys keys) {
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    return new Decoder(keys)
        .rope((layer, headDim) -> (layer + 1) % 4 == 0 ? Optional.empty() : Optional.of(rope.rope(headDim)))
        .spec();
  }

  /** Norms of results only. In the larger model three of four layers have a window, and the others no positions. */
  private static ModelSpec exaone4(ModelKeys keys) {
    var decoder = new Decoder(keys);
    boolean windows = decoder.layers() == EXAONE4_32B;
    int window = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 4096);
    boolean[] local = decoder.localLayers(4, false);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    return decoder
        .blockNorms(NONE, "post_attention_norm", NONE, "post_ffw_norm")
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .rope((i, headDim) -> windows && !local[i] ? Optional.empty() : Optional.of(rope.rope(headDim)))
        .attention((i, spec) -> windows && local[i] ? spec.withWindow(window) : spec)
        .spec();
  }

  private static ModelSpec mistral3(ModelKeys keys) {
    Decoder decoder = wholeHeads(keys);
    double scale = keys.number("attention.temperature_scale", 0, Float.MAX_VALUE, 0);
    int context = keys.integer("context_length", 1, Integer.MAX_VALUE);
    int length = keys.integer("rope.scaling.original_context_length", 1, Integer.MAX_VALUE, context);
    return (scale > 0 ? decoder.temperature(new Mixer.Temperature(scale, length, 0)) : decoder).spec();
  }

  /** No norm has a gain, but query heads have factors; each block adds the embedding again. */
  private static ModelSpec talkie(ModelKeys keys) {
    return plain(keys, Pairing.HALVES)
        .norms(Kind.RMS_ALONE)
        .embeddingNorm("token_embd_norm")
        .ropeFirst()
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD_BY_FACTOR)
        .skips(layer -> keys.constants("blk." + layer + ".layer_output_scale.weight", 1)[0])
        .logitScale(keys.number("logit_scale", -Float.MAX_VALUE, Float.MAX_VALUE))
        .spec();
  }

  /** The blocks may be passed several times. */
  private static ModelSpec nanbeige(ModelKeys keys) {
    boolean normed = !keys.flag("skip_loop_final_norm", false);
    return plain(keys, Pairing.ADJACENT)
        .loops(keys.integer("num_loops", 1, 1 << 10, 1), normed ? "output_norm" : NONE)
        .spec();
  }

  /** A network with an activation function whose parameters each layer has learned, before a softplus. */
  private static ModelSpec apertus(ModelKeys keys) {
    Decoder decoder = plain(keys, Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD);
    int layers = decoder.layers();
    float[] positive = keys.bareNumberPerLayer("xielu.alpha_p", layers, -Float.MAX_VALUE, Float.MAX_VALUE);
    float[] negative = keys.bareNumberPerLayer("xielu.alpha_n", layers, -Float.MAX_VALUE, Float.MAX_VALUE);
    float[] beta = keys.bareNumberPerLayer("xielu.beta", layers, -Float.MAX_VALUE, Float.MAX_VALUE);
    float[] eps = keys.bareNumberPerLayer("xielu.eps", layers, -1, 0);
    return decoder
        .networks(
            i -> {
              Linear up = keys.linear("blk." + i + ".ffn_up", decoder.hidden(i), decoder.width());
              Linear down = keys.linear("blk." + i + ".ffn_down", decoder.width(), decoder.hidden(i));
              var function = new XieluSpec(softplus(positive[i]), beta[i] + softplus(negative[i]), beta[i], eps[i]);
              return Optional.of(new FeedForward.Xielu(up, down, function));
            })
        .spec();
  }

  private static float softplus(double x) {
    return (float) Math.log1p(Math.exp(x));
  }

  /** Found by search: some blocks have no attention, or a linear map in its place, and some have no network. */
  private static ModelSpec deci(ModelKeys keys) {
    Decoder decoder = wholeHeads(keys).networkMayBeMissing();
    return decoder.mixers(layer -> replacement(keys, decoder, layer)).spec();
  }

  private static Optional<Mixer> replacement(ModelKeys keys, Decoder decoder, int layer) {
    if (decoder.attention().storedHeadCount(layer) == 0) {
      return Optional.of(new Mixer.None());
    }
    return decoder.attention().storedHeadCountKv(layer) == 0
        ? Optional.of(new Mixer.Projection(keys.linear("blk." + layer + ".attn_output", decoder.width(), decoder.width())))
        : Optional.empty();
  }
}
