package io.gatun.model;

import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.AttentionKeys.QueryKeyNorm;
import java.util.List;

/** Hunyuan, dense and with experts: norms of queries and keys behind their positions. */
final class HunyuanFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("hunyuan-dense", HunyuanFamily::hunyuan),
          Architecture.of("hunyuan_vl", HunyuanFamily::hunyuan),
          Architecture.of("hunyuan-moe", HunyuanFamily::hunyuan));

  private HunyuanFamily() {}

  private static ModelSpec hunyuan(ModelKeys keys) {
    keys.ignore("rope.dimension_sections"); // text has the same position in all of them
    return new Decoder(keys).rope(Pairing.HALVES).ropeFirst().queryKeyNorm(QueryKeyNorm.EACH_HEAD).spec();
  }
}
