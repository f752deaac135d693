package io.gatun.oracle.layers;

import java.util.SplittableRandom;

/** Stores a linear layer in one format. */
@FunctionalInterface
public interface LayerWriter {
  /**
   * Quantizes a matrix.
   *
   * @param key the layer's name, which begins those of its tensors
   * @param random for what a quantizer would get from calibration, such as the order of inputs
   */
  StoredLayer write(String key, FloatMatrix weights, SplittableRandom random);
}
