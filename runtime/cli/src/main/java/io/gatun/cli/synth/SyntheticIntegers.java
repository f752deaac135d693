package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Symmetric integers as compressed-tensors has them: 4 bits packed to words with groups of 128 inputs, for float activations;
 * or bytes with a scale for each output, for activations of 8 bits.
 */
final class SyntheticIntegers implements LayerFormat {
  private static final int GROUP = 128;
  private static final int PACK = 8;

  /** 127 is the largest byte, at four deviations. */
  private static final double DEVIATION = 32;

  private final boolean isPacked;
  private final CodeTable codes;

  /** @param isPacked of 4 bits; else of 8 */
  SyntheticIntegers(boolean isPacked) {
    this.isPacked = isPacked;
    this.codes = isPacked ? CodeTable.integers(4) : CodeTable.nearest(Byte.SIZE, bytes(), DEVIATION);
  }

  private static float[] bytes() {
    var levels = new float[256];
    for (int code = 0; code < levels.length; code++) {
      levels[code] = (byte) code;
    }
    return levels;
  }

  @Override
  public void put(Layer layer, Tensors tensors) {
    long groups = isPacked ? Math.ceilDiv(layer.in(), GROUP) : 1;
    WordOutput.Source all = to -> codes.flat(to, layer.out() * layer.in(), layer.random(0));
    if (isPacked) {
      tensors.add(layer.key() + ".weight_packed", List.of(layer.out(), layer.in() / PACK), Encodings.I32, all);
      tensors.add(
          layer.key() + ".weight_shape",
          List.of(2L),
          Encodings.I32,
          to -> {
            to.word((int) layer.out());
            to.word((int) layer.in());
          });
    } else {
      tensors.add(layer.key() + ".weight", List.of(layer.out(), layer.in()), Encodings.I8, all);
    }
    tensors.add(
        layer.key() + ".weight_scale",
        List.of(layer.out(), groups),
        Encodings.F16,
        to -> to.halves(layer.out() * groups, codes.scale(), layer.random(1)));
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "compressed-tensors").put("format", isPacked ? "pack-quantized" : "int-quantized");
    config.putArray("ignore").add("lm_head");
    ObjectNode group = config.putObject("config_groups").putObject("group_0");
    group.putArray("targets").add("Linear");
    ObjectNode weights = group.putObject("weights").put("type", "int").put("symmetric", true);
    if (isPacked) {
      weights.put("num_bits", 4).put("strategy", "group").put("group_size", GROUP);
    } else {
      weights.put("num_bits", Byte.SIZE).put("strategy", "channel");
      ObjectNode activations = group.putObject("input_activations").put("type", "int").put("symmetric", true);
      activations.put("num_bits", Byte.SIZE).put("strategy", "token").put("dynamic", true);
    }
  }
}
