package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** E4M3 with a scale for each block of 128 × 128, as DeepSeek and Qwen publish it. */
final class SyntheticFp8 implements LayerFormat {
  private static final int BLOCK = 128;

  /** 448 is the largest number, at some four and a half deviations. */
  private static final double DEVIATION = 100;

  private final CodeTable codes = CodeTable.nearest(8, levels(), DEVIATION);

  private static float[] levels() {
    var every = new byte[256];
    for (int code = 0; code < every.length; code++) {
      every[code] = (byte) code;
    }
    var levels = new float[every.length];
    Encodings.F8_E4M3.decode(MemorySegment.ofArray(every), 0, levels, 0, levels.length);
    return levels;
  }

  @Override
  public void put(Layer layer, Tensors tensors) {
    long down = Math.ceilDiv(layer.out(), BLOCK);
    long across = Math.ceilDiv(layer.in(), BLOCK);
    tensors.add(
        layer.key() + ".weight",
        List.of(layer.out(), layer.in()),
        Encodings.F8_E4M3,
        to -> codes.flat(to, layer.out() * layer.in(), layer.random(0)));
    tensors.add(
        layer.key() + ".weight_scale_inv",
        List.of(down, across),
        Encodings.F32,
        to -> to.numbers(down * across, codes.scale(), layer.random(1)));
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "fp8").put("activation_scheme", "dynamic").put("fmt", "e4m3");
    config.putArray("weight_block_size").add(BLOCK).add(BLOCK);
  }
}
