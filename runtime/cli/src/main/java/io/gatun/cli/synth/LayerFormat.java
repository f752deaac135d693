package io.gatun.cli.synth;

import io.gatun.tensors.Encoding;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a quantized format stores a linear layer; here with random codes and scales that give weights the standard deviation
 * {@link RandomWeights#SIGMA}. Implementations keep the tables of codes that they draw from.
 */
interface LayerFormat {
  /** The name of the output projection. */
  String HEAD = "lm_head";

  /**
   * A linear layer.
   *
   * @param key its name, to which the names of tensors are added
   * @param input layers of the same input have the same number
   * @param out rows
   * @param in columns
   * @param seed of its random numbers
   */
  record Layer(String key, long input, long out, long in, long seed) {
    /** Random numbers of their own for each tensor. */
    SplittableRandom random(int tensor) {
      return new SplittableRandom(seed + tensor);
    }
  }

  /** Collects tensors. */
  @FunctionalInterface
  interface Tensors {
    void add(String name, List<Long> shape, Encoding encoding, WordOutput.Source source);
  }

  /** Adds the tensors of a layer. */
  void put(Layer layer, Tensors tensors);

  /** Adds what {@code quantization_config} says of it. */
  void describe(ObjectNode config);

  /** Whether the output projection is quantized too, with a layer of its own even where it is tied to the embedding. */
  default boolean quantizesHead() {
    return false;
  }
}
