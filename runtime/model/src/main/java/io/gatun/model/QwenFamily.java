package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import java.util.List;

/** Qwen 2 and 2.5 with biases on query, key and value; Qwen 3 with norms of each head; both also with experts. */
final class QwenFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("qwen", QwenFamily::qwen),
          Architecture.of("qwen2", keys -> qwen2(keys).spec()),
          Architecture.of("qwen2vl", keys -> qwen2(keys).spec()),
          Architecture.of("qwen2moe", QwenFamily::qwen2moe),
          Architecture.of("qwen3", QwenFamily::qwen3),
          Architecture.of("qwen3moe", QwenFamily::qwen3),
          Architecture.of("qwen3vl", QwenFamily::qwen3),
          Architecture.of("qwen3vlmoe", QwenFamily::qwen3));

  private QwenFamily() {}

  /** The first one: its key counts gate and up of the network together. */
  private static ModelSpec qwen(ModelKeys keys) {
    return new Decoder(keys).rope(Pairing.HALVES).requireQkvBias().hiddenDivisor(2).spec();
  }

  private static Decoder qwen2(ModelKeys keys) {
    keys.ignore("rope.dimension_sections"); // text has the same position in all of them
    keys.ignore("use_sliding_window");
    keys.ignore("attention.sliding_window");
    return new Decoder(keys).rope(Pairing.HALVES).requireQkvBias();
  }

  /** Experts' weights are not renormalised unless the keys say so; a shared expert has a gate. */
  private static ModelSpec qwen2moe(ModelKeys keys) {
    Decoder decoder = qwen2(keys);
    decoder.experts().weightingByKeys(1, false);
    return decoder.spec();
  }

  private static ModelSpec qwen3(ModelKeys keys) {
    keys.ignore("rope.dimension_sections");
    keys.ignore("n_deepstack_layers"); // of pictures
    keys.ignore("attention.sliding_window");
    Decoder decoder = new Decoder(keys).rope(Pairing.HALVES).queryKeyNorm(QueryKeyNorm.EACH_HEAD);
    decoder.experts().weightingByKeys(1, true);
    return decoder.spec();
  }
}
