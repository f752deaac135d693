package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.model.Decoder.Network;
import io.gatun.model.NormKeys.Kind;
import java.util.List;

/** Phi 2, whose attention and network work side by side on one norm; Phi 3 and 4. */
final class PhiFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("phi2", PhiFamily::phi2),
          Architecture.of("phi3", PhiFamily::phi3),
          Architecture.of("phimoe", PhiFamily::phimoe));

  private PhiFamily() {}

  private static ModelSpec phi2(ModelKeys keys) {
    return new Decoder(keys)
        .norms(Kind.LAYER)
        .blockNorms("attn_norm", NONE, "attn_norm", NONE)
        .residual(BlockSpec.Residual.PARALLEL)
        .rope(Pairing.HALVES)
        .network(Network.PLAIN, ActivationFunction.GELU)
        .spec();
  }

  private static ModelSpec phi3(ModelKeys keys) {
    keys.ignore("attention.sliding_window"); // as llama.cpp since 2025: converters wrote it for models that have none
    return new Decoder(keys).rope(Pairing.HALVES).network(Network.FUSED, ActivationFunction.SILU).spec();
  }

  /** Experts, and norms with biases. */
  private static ModelSpec phimoe(ModelKeys keys) {
    keys.ignore("attention.sliding_window");
    return new Decoder(keys).rope(Pairing.HALVES).spec();
  }
}
