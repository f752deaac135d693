package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** AWQ as AutoAWQ writes it for its GEMM: 4 bits, groups of 128 inputs, zero points from 7 to 9. */
final class SyntheticAwq implements LayerFormat {
  private static final int GROUP = 128;
  private static final int PACK = 8;
  private static final int MIDDLES = 0x77777777;

  private final CodeTable codes = CodeTable.integers(4);

  @Override
  public void put(Layer layer, Tensors tensors) {
    long words = layer.out() / PACK;
    long groups = Math.ceilDiv(layer.in(), GROUP);
    tensors.add(
        layer.key() + ".qweight",
        List.of(layer.in(), words),
        Encodings.I32,
        to -> codes.flat(to, layer.in() * layer.out(), layer.random(0)));
    tensors.add(
        layer.key() + ".qzeros",
        List.of(groups, words),
        Encodings.I32,
        to -> {
          var random = layer.random(1);
          for (long i = 0; i < groups * words; i++) {
            int bits = random.nextInt();
            to.word(MIDDLES + (bits & 0x11111111) + (bits >>> 1 & 0x11111111)); // no nibble overflows
          }
        });
    tensors.add(
        layer.key() + ".scales",
        List.of(groups, layer.out()),
        Encodings.F16,
        to -> to.halves(groups * layer.out(), codes.scale(), layer.random(2)));
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "awq").put("bits", 4).put("group_size", GROUP);
    config.put("zero_point", true).put("version", "gemm");
  }
}
