package io.gatun.model;

import static io.gatun.model.Decoder.NONE;

import io.gatun.device.ActivationFunction;
import io.gatun.device.RopeSpec.Pairing;
import io.gatun.device.RouterSpec.Weighting;
import io.gatun.model.Decoder.Network;
import java.util.List;
import java.util.Optional;

/** Mamba 1 and 2, alone or with some layers of attention. */
final class StateSpaceFamily {
  static final List<Architecture> ALL =
      List.of(
          Architecture.of("mamba", StateSpaceFamily::mamba),
          Architecture.of("mamba2", StateSpaceFamily::mamba2),
          Architecture.of("jamba", StateSpaceFamily::jamba),
          Architecture.of("falcon-h1", StateSpaceFamily::falconH1),
          Architecture.of("nemotron_h", StateSpaceFamily::nemotronH),
          Architecture.of("nemotron_h_moe", StateSpaceFamily::nemotronH));

  private StateSpaceFamily() {}

  private static ModelSpec mamba(ModelKeys keys) {
    var decoder = new Decoder(keys).networkMayBeMissing();
    var spaces = new StateSpaceKeys(keys, decoder);
    return decoder.mixers(layer -> Optional.of(spaces.first(layer))).spec();
  }

  private static ModelSpec mamba2(ModelKeys keys) {
    var decoder = new Decoder(keys).networkMayBeMissing();
    var spaces = new StateSpaceKeys(keys, decoder);
    return decoder.mixers(layer -> Optional.of(spaces.second(layer))).spec();
  }

  /** Few layers of attention, without positions; every other network has experts. */
  private static ModelSpec jamba(ModelKeys keys) {
    var decoder = new Decoder(keys);
    var spaces = new StateSpaceKeys(keys, decoder);
    decoder.experts().weighting(Weighting.SOFTMAX);
    return decoder
        .mixers(layer -> spaces.has(layer) ? Optional.of(spaces.first(layer)) : Optional.empty())
        .spec();
  }

  /** Both in every layer, side by side. */
  private static ModelSpec falconH1(ModelKeys keys) {
    var decoder = new Decoder(keys).rope(Pairing.HALVES);
    var spaces = new StateSpaceKeys(keys, decoder);
    return decoder
        .mixers(layer -> Optional.of(new Mixer.Parallel(decoder.attention().mixer(layer), spaces.second(layer))))
        .spec();
  }

  /** A block has one of three: a state space, attention without positions, or a network. */
  private static ModelSpec nemotronH(ModelKeys keys) {
    keys.ignore("rope.dimension_count");
    keys.ignore("rope.freq_base");
    keys.ignore("attention.layer_norm_epsilon");
    var decoder = new Decoder(keys).networkMayBeMissing();
    var spaces = new StateSpaceKeys(keys, decoder);
    decoder.experts().weightingByKeys(2, false);
    decoder.experts().plain(ActivationFunction.RELU_SQUARED);
    return decoder
        .blockNorms("attn_norm", NONE, "attn_norm", NONE)
        .network(Network.PLAIN, ActivationFunction.RELU_SQUARED)
        .mixers(
            layer -> {
              if (spaces.has(layer)) {
                return Optional.of(spaces.second(layer));
              }
              return decoder.attention().storedHeadCountKv(layer) == 0
                  ? Optional.of(new Mixer.None())
                  : Optional.empty();
            })
        .spec();
  }
}
