package io.gatun.cli.synth;

import io.gatun.tensors.Encodings;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/**
 * EXL3 as ExLlamaV3 writes it today: a trellis of 4 bits with the codebook {@code mul1}, of 6 in the head. Any bits are
 * good ones: the numbers that they stand for have a standard deviation of 1.
 */
final class SyntheticExl3 implements LayerFormat {
  private static final int TILE = 16;
  private static final int BLOCK = 128;
  private static final int BITS = 4;
  private static final int HEAD_BITS = 6;
  private static final int MULTIPLIER = 0x83DCD12D;

  @Override
  public void put(Layer layer, Tensors tensors) {
    long in = Math.ceilDiv(layer.in(), BLOCK) * (long) BLOCK;
    long out = Math.ceilDiv(layer.out(), BLOCK) * (long) BLOCK;
    int bits = layer.key().equals(HEAD) ? HEAD_BITS : BITS;
    tensors.add(
        layer.key() + ".trellis",
        List.of(in / TILE, out / TILE, (long) TILE * bits),
        Encodings.I16,
        to -> {
          var random = layer.random(0);
          for (long word = 0; word < in * out * bits / Integer.SIZE; word++) {
            to.word(random.nextInt());
          }
        });
    tensors.add(layer.key() + ".suh", List.of(in), Encodings.F16, to -> signs(to, in, 1, layer.random(1)));
    tensors.add(
        layer.key() + ".svh",
        List.of(out),
        Encodings.F16,
        to -> signs(to, out, (float) RandomWeights.SIGMA, layer.random(2)));
    tensors.add(layer.key() + ".mul1", List.of(), Encodings.I32, to -> to.word(MULTIPLIER));
  }

  private static void signs(WordOutput to, long count, float magnitude, SplittableRandom random) throws IOException {
    for (long i = 0; i < count; i++) {
      to.bits16(Float.floatToFloat16(random.nextBoolean() ? magnitude : -magnitude));
    }
  }

  @Override
  public void describe(ObjectNode config) {
    config.put("quant_method", "exl3").put("version", "0.0.1").put("bits", BITS).put("head_bits", HEAD_BITS);
    config.put("codebook", "mul1").put("out_scales", "always");
  }

  @Override
  public boolean quantizesHead() {
    return true;
  }
}
