package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Encoders that are built as decoders are, but every token sees all others, or those around it. */
final class EncoderFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("gemma-embedding", EncoderFamily::gemmaEmbedding),
          Architecture.of("modern-bert", EncoderFamily::modernBert),
          Architecture.of("eurobert", keys -> encoder(keys, new Decoder(keys)).rope(Pairing.HALVES).spec()),
          Architecture.of("llama-embed", EncoderFamily::llamaEmbed),
          Architecture.of("neo-bert", EncoderFamily::neoBert),
          Architecture.of("t5encoder", T5Encoder::spec));

  private EncoderFamily() {}

  private static Decoder encoder(ModelKeys keys, Decoder decoder) {
    keys.ignore("attention.causal");
    keys.ignoreTensors("cls."); // they judge, embeddings do without
    return decoder.sight(ModelSpec.Sight.ALL);
  }

  private static ModelSpec gemmaEmbedding(ModelKeys keys) {
    Decoder decoder = encoder(keys, GemmaFamily.gemma(keys));
    return windows(keys, decoder, decoder.localLayers(6, false))
        .projections(projections(keys))
        .blockNorms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
        .queryKeyNorm(QueryKeyNorm.EACH_HEAD)
        .spec();
  }

  /** Two maps behind the pooling, in files that were made with them. */
  private static List<Linear> projections(ModelKeys keys) {
    return Stream.of("dense_2", "dense_3")
        .peek(name -> keys.ignore(name + "_feat_in")) // the tensors say it
        .peek(name -> keys.ignore(name + "_feat_out"))
        .filter(name -> keys.hasTensor(name + ".weight"))
        .map(name -> keys.linear(name, keys.dimension(name + ".weight", 0), keys.dimension(name + ".weight", 1)))
        .toList();
  }

  /** No norm before the first attention: that of the embedding is enough. */
  private static ModelSpec modernBert(ModelKeys keys) {
    ActivationFunction function =
        switch (keys.string("hidden_activation").orElse("gelu")) {
          case "gelu" -> ActivationFunction.GELU;
          case "silu" -> ActivationFunction.SILU;
          default -> throw keys.wrong("hidden_activation", "is not known, expected gelu or silu");
        };
    Decoder decoder = encoder(keys, new Decoder(keys)).norms(Kind.LAYER).embeddingNorm("token_embd_norm");
    return windows(keys, decoder, decoder.localLayers(3, true))
        .firstMixerNorm(keys.hasTensor("blk.0.attn_norm.weight") ? "attn_norm" : NONE)
        .network(Network.FUSED, function)
        .spec();
  }

  private static ModelSpec llamaEmbed(ModelKeys keys) {
    if (keys.flag("attention.causal", true)) {
      throw keys.wrong("attention.causal", "is not false, expected an encoder");
    }
    keys.ignoreTensors("output.weight"); // nobody asks an encoder for a next token
    return encoder(keys, new Decoder(keys)).rope(Pairing.ADJACENT).spec();
  }

  private static ModelSpec neoBert(ModelKeys keys) {
    return encoder(keys, new Decoder(keys))
        .rope(Pairing.ADJACENT)
        .network(Network.FUSED, ActivationFunction.SILU)
        .outputNorm("enc.output_norm")
        .spec();
  }

  /** In local layers half a window to each side, and positions with a base of their own. */
  private static Decoder windows(ModelKeys keys, Decoder decoder, boolean... local) {
    int window = keys.integer("attention.sliding_window", 0, AttentionSpec.ALL, 0);
    var rope = new RopeKeys(keys, Pairing.HALVES);
    double localBase = rope.base("rope.freq_base_swa", 10_000);
    boolean has = window > 0;
    decoder.attention().ahead(i -> has && local[i] ? window / 2 : AttentionSpec.ALL);
    return decoder
        .attention((i, spec) -> has && local[i] ? spec.withWindow(window / 2 + 1) : spec)
        .rope((i, dim) -> Optional.of(has && local[i] ? rope.unscaled(dim, dim, localBase) : rope.rope(dim)));
  }
}
