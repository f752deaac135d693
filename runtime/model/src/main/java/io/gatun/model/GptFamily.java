package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** GPT-2 and its kin with layer norms and, mostly, networks without a gate; and gpt-oss. */
final class GptFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("gpt2", keys -> plain(keys, ActivationFunction.GELU).learnedPositions().spec()),
          Architecture.of("starcoder", keys -> plain(keys, ActivationFunction.GELU).learnedPositions().spec()),
          Architecture.of("gptneox", GptFamily::gptneox),
          Architecture.of("starcoder2", keys -> plain(keys, ActivationFunction.GELU).rope(Pairing.HALVES).spec()),
          Architecture.of("codeshell", keys -> plain(keys, ActivationFunction.GELU).rope(Pairing.HALVES).spec()),
          Architecture.of("jais2", keys -> plain(keys, ActivationFunction.RELU_SQUARED).rope(Pairing.HALVES).spec()),
          Architecture.of("nemotron", keys -> plain(keys, ActivationFunction.RELU_SQUARED).rope(Pairing.HALVES).spec()),
          Architecture.of("falcon", GptFamily::falcon),
          Architecture.of("stablelm", GptFamily::stablelm),
          Architecture.of("gpt-oss", GptFamily::gptOss));

  private GptFamily() {}

  private static Decoder plain(ModelKeys keys, ActivationFunction function) {
    return new Decoder(keys).norms(Kind.LAYER).network(Network.PLAIN, function);
  }

  private static ModelSpec gptneox(ModelKeys keys) {
    boolean parallel = keys.flag("use_parallel_residual", true);
    return plain(keys, ActivationFunction.GELU)
        .rope(Pairing.HALVES)
        .residual(parallel ? BlockSpec.Residual.PARALLEL : BlockSpec.Residual.SEQUENTIAL)
        .spec();
  }

  /** Attention and network side by side, on one norm or, in the larger models, on two. */
  private static ModelSpec falcon(ModelKeys keys) {
    String mixerNorm = keys.hasTensor("blk.0.attn_norm_2.weight") ? "attn_norm_2" : "attn_norm";
    return plain(keys, ActivationFunction.GELU)
        .rope(Pairing.HALVES)
        .blockNorms(mixerNorm, NONE, "attn_norm", NONE)
        .residual(BlockSpec.Residual.PARALLEL)
        .spec();
  }

  /** One after the other on two norms, or side by side on one; the larger models norm each query and key head. */
  private static ModelSpec stablelm(ModelKeys keys) {
    keys.ignore("use_parallel_residual"); // the tensors say it
    Decoder decoder = new Decoder(keys).norms(Kind.LAYER).rope(Pairing.HALVES);
    if (!keys.hasTensor("blk.0.ffn_norm.weight")) {
      decoder.blockNorms("attn_norm", NONE, "attn_norm", NONE).residual(BlockSpec.Residual.PARALLEL);
    }
    if (keys.hasTensor("blk.0.attn_q_norm.weight")) {
      decoder.queryKeyNorm(QueryKeyNorm.EACH_HEAD_APART);
    }
    return decoder.spec();
  }

  /** Experts with biases and a clamped gate; every other layer has a window; attention has sinks. */
  private static ModelSpec gptOss(ModelKeys keys) {
    int window = keys.integer("attention.sliding_window", 1, AttentionSpec.ALL);
    var decoder = new Decoder(keys);
    boolean[] local = decoder.localLayers(2, false);
    decoder
        .rope(Pairing.HALVES)
        .blockNorms("attn_norm", NONE, "post_attention_norm", NONE)
        .attention((i, spec) -> spec.withWindow(local[i] ? window : AttentionSpec.ALL))
        .attention((i, spec) -> spec.withSinks(keys.constants("blk." + i + ".attn_sinks.weight", spec.headCount())));
    decoder.experts().function(ActivationFunction.SILU_CLAMPED);
    return decoder.spec();
  }
}
