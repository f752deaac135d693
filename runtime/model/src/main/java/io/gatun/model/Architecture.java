package io.gatun.model;

import java.util.function.Function;

/**
 * A family of models: how its metadata becomes a {@link ModelSpec}. Stateless. Must read or
 * {@linkplain ModelKeys#ignore ignore} every key of the architecture that it knows.
 */
public interface Architecture {

  /** The value of {@code general.architecture}. */
  String id();

  /** @throws io.gatun.tensors.FormatException if keys are missing or contradict each other */
  ModelSpec spec(ModelKeys keys);

  /** An architecture that a function describes. */
  static Architecture of(String id, Function<ModelKeys, ModelSpec> spec) {
    return new Architecture() {
      @Override
      public String id() {
        return id;
      }

      @Override
      public ModelSpec spec(ModelKeys keys) {
        return spec.apply(keys);
      }
    };
  }
}
