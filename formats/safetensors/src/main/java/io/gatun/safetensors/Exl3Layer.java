package io.gatun.safetensors;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.Exl3Encoding.Codebook;
import io.gatun.tensors.TensorData;
import java.util.List;

/**
 * EXL3: {@code trellis} i16 {@code [in/16, out/16, 16 · bits]}, factors {@code suh} {@code [in]} and {@code svh}
 * {@code [out]}, or only their signs as bits, {@code su} and {@code sv}; {@code mcg} or {@code mul1} name the codebook.
 */
final class Exl3Layer {
  private static final int TILE = 16;
  private static final int BLOCK = 128;

  private Exl3Layer() {}

  static TensorData read(LayerTensors layer) {
    TensorData trellis = layer.requireDims(layer.requireType(layer.require("trellis"), Encodings.I16), 3);
    long bits = trellis.cols() / TILE;
    int cols = layer.columns(trellis, trellis.shape().get(0) * TILE);
    int rows = layer.columns(trellis, trellis.shape().get(1) * TILE);
    if (trellis.cols() % TILE != 0 || bits < 1 || bits > 8 || cols % BLOCK != 0 || rows % BLOCK != 0) {
      throw layer.wrong(trellis, "[in/16, out/16, 16 · bits] with in and out multiples of 128 and 1 to 8 bits");
    }
    float[] in = factors(layer, "suh", "su", cols);
    float[] out = factors(layer, "svh", "sv", rows);
    var encoding = new Exl3Encoding((int) bits, codebook(layer), in, out);
    long kept = layer.config().unpadded(layer, rows, BLOCK);
    return layer.matrix("weight", List.of(kept, (long) cols), encoding, trellis.bytes());
  }

  private static Codebook codebook(LayerTensors layer) {
    boolean mcg = layer.take("mcg").isPresent();
    boolean mul1 = layer.take("mul1").isPresent();
    if (mcg && mul1) {
      throw layer.wrong(layer.require("mcg"), "no mul1 beside it");
    }
    return mcg ? Codebook.MCG : mul1 ? Codebook.MUL1 : Codebook.THREE_INSTRUCTIONS;
  }

  private static float[] factors(LayerTensors layer, String name, String signs, int count) {
    if (layer.has(name) || !layer.has(signs)) {
      return layer.floats(layer.requireShape(layer.require(name), count));
    }
    int[] words = layer.integers(layer.requireShape(layer.requireType(layer.require(signs), Encodings.I16), count / TILE));
    var factors = new float[count];
    for (int i = 0; i < count; i++) {
      factors[i] = (words[i / TILE] >> (i % TILE) & 1) == 0 ? 1 : -1;
    }
    return factors;
  }
}
