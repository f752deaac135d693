package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import java.util.List;
import java.util.Optional;

/** Experts beside a network of every token that is no expert. */
final class BesideExpertsFamily {
  static final List<Architecture> ALL =
      List.of(Architecture.of("grok", BesideExpertsFamily::grok), Architecture.of("arctic", BesideExpertsFamily::arctic));

  /** What files of Grok 1 do not say. */
  private static final double GROK_LOGIT_SCALE = 0.5773502691896257;

  private static final double GROK_EMBEDDING_SCALE = 78.38367176906169;
  private static final double GROK_ATTENTION_SCALE = 0.08838834764831845;
  private static final double GROK_CAP = 30;
  private static final double GROK_YARN_BETA_FAST = 8;

  private BesideExpertsFamily() {}

  /** Norms of results, capped logits in attention; a network, if there is one, is as the experts are. */
  private static ModelSpec grok(ModelKeys keys) {
    keys.ignore("router_logit_softcapping"); // the reference does not cap them
    keys.ignore("attention.temperature_length"); // nor does it heat queries
    keys.ignore("rope.scaling.yarn_attn_factor");
    if (keys.number("rope.scaling.yarn_ext_factor", 0, 1, 1) != 1) {
      throw keys.wrong("rope.scaling.yarn_ext_factor", "is not 1, expected all of yarn");
    }
    double scale = keys.number("attention.output_scale", 0, Float.MAX_VALUE, GROK_ATTENTION_SCALE);
    double cap = keys.number("attn_logit_softcapping", 0, Float.MAX_VALUE, GROK_CAP);
    boolean layerNorm = keys.hasTensor("blk.0.layer_output_norm.weight");
    var rope = new RopeKeys(keys, Pairing.HALVES).betaFast(GROK_YARN_BETA_FAST);
    var decoder = new Decoder(keys);
    decoder.experts().function(ActivationFunction.GELU);
    decoder.experts().shared("", Math.sqrt(0.5));
    return decoder
        .blockNorms("attn_norm", "attn_output_norm", "ffn_norm", layerNorm ? "layer_output_norm" : "post_ffw_norm")
        .rope((_, headDim) -> Optional.of(rope.rope(headDim)))
        .attention((_, spec) -> spec.withScale((float) scale).withSoftcap((float) cap))
        .embeddingScale(keys.number("embedding_scale", 0, Float.MAX_VALUE, GROK_EMBEDDING_SCALE))
        .logitScale(keys.number("logit_scale", 0, Float.MAX_VALUE, GROK_LOGIT_SCALE))
        .softcap(keys.number("final_logit_softcapping", 0, Float.MAX_VALUE, 0))
        .spec();
  }

  /** The experts see the stream before the block, on a norm of their own. */
  private static ModelSpec arctic(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.ADJACENT);
    int width = decoder.width();
    return decoder
        .networks(
            layer -> {
              String block = "blk." + layer + ".";
              var network =
                  new FeedForward.Gated(
                      keys.linear(block + "ffn_gate", width, width),
                      keys.linear(block + "ffn_up", width, width),
                      keys.linear(block + "ffn_down", width, width),
                      ActivationFunction.SILU);
              return Optional.of(
                  new FeedForward.Sum(
                      List.of(
                          new FeedForward.Branch(FeedForward.Source.INPUT, new Norm.None(), network, new Norm.None()),
                          new FeedForward.Branch(
                              FeedForward.Source.BLOCK,
                              decoder.norms().norm(block + "ffn_norm_exps", width),
                              decoder.experts().in(layer, decoder.hidden(layer)),
                              new Norm.None()))));
            })
        .spec();
  }
}
