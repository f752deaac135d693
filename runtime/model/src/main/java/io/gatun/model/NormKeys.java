package io.gatun.model;

import java.util.Optional;

/** What a model's metadata and tensors say about norms; biases are used where there are any. */
final class NormKeys {

  /** How values are normed. */
  enum Kind {
    RMS,
    /** Without a gain. */
    RMS_ALONE,
    LAYER,
    /** Without gain or bias. */
    LAYER_ALONE
  }

  private final ModelKeys keys;
  private Kind kind = Kind.RMS;

  NormKeys(ModelKeys keys) {
    this.keys = keys;
  }

  void kind(Kind which) {
    kind = which;
  }

  /** The norm of {@code size} values by the name its tensors share; none for {@link Decoder#NONE}. */
  Norm norm(String name, long size) {
    return name.equals(Decoder.NONE) ? new Norm.None() : norm(name, size, size);
  }

  /** The norm of runs of {@code length} values, with gains for {@code size}. */
  Norm norm(String name, long length, long size) {
    boolean bare = keys.hasTensor(name) && !keys.hasTensor(name + ".weight"); // as some converters name it
    Optional<String> gain = Optional.of(bare ? name : name + ".weight");
    Optional<String> bias = keys.hasTensor(name + ".bias") ? Optional.of(name + ".bias") : Optional.empty();
    return switch (kind) {
      case RMS -> new Norm.Rms(gain, bias, Math.toIntExact(length), size, rmsEps());
      case RMS_ALONE -> new Norm.Rms(Math.toIntExact(length), rmsEps());
      case LAYER -> new Norm.Layer(gain, bias, Math.toIntExact(length), size, layerEps());
      case LAYER_ALONE -> new Norm.Layer(Optional.empty(), Optional.empty(), Math.toIntExact(length), size, layerEps());
    };
  }

  float rmsEps() {
    return (float) keys.number("attention.layer_norm_rms_epsilon", 0, 1);
  }

  private float layerEps() {
    return (float) keys.number("attention.layer_norm_epsilon", 0, 1);
  }
}
