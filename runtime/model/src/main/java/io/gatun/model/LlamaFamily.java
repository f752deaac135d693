package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.RopeSpec.Pairing;
import java.util.List;
import java.util.Optional;

/** Llama and those that differ from it by the pairing of rotary positions, or by a norm's name. */
final class LlamaFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("llama", LlamaFamily::llama),
          Architecture.of("internlm2", keys -> plain(keys, Pairing.ADJACENT)),
          Architecture.of("ernie4_5", keys -> plain(keys, Pairing.ADJACENT)),
          Architecture.of("exaone", keys -> plain(keys, Pairing.HALVES)),
          Architecture.of("seed_oss", LlamaFamily::seedOss),
          Architecture.of("smollm3", LlamaFamily::smollm3));

  private LlamaFamily() {}

  /** Llama and everything that calls itself so: mistral, mixtral, tied or untied, with or without biases. */
  private static ModelSpec llama(ModelKeys keys) {
    keys.ignore("attention.sliding_window"); // written by converters of mistral; the family attends to everything
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    return new Decoder(keys)
        .rope(
            (_, headDim) -> {
              if (rope.dims("rope.dimension_count", headDim) != headDim) {
                throw keys.wrong("rope.dimension_count", "expected %d".formatted(headDim));
              }
              return Optional.of(rope.rope(headDim));
            })
        .spec();
  }

  private static ModelSpec plain(ModelKeys keys, Pairing pairing) {
    return new Decoder(keys).rope(pairing).spec();
  }

  private static ModelSpec seedOss(ModelKeys keys) {
    return new Decoder(keys).rope(Pairing.HALVES).blockNorms("attn_norm", NONE, "post_attention_norm", NONE).spec();
  }

  /** Every fourth layer has no positions. */
  private static ModelSpec smollm3(ModelKeys keys) {
    var rope = new RopeKeys(keys, Pairing.ADJACENT);
    return new Decoder(keys)
        .rope((layer, headDim) -> (layer + 1) % 4 == 0 ? Optional.empty() : Optional.of(rope.rope(headDim)))
        .spec();
  }
}
