package io.gatun.oracle.layers;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Signed bytes with a scale for each row.
 *
 * @param kind names and meaning of the scales
 */
record Int8Writer(Kind kind) implements LayerWriter {

  /** The formats. */
  enum Kind {
    /** LLM.int8(): largest magnitudes, 127 of which are 1. */
    LLM_INT8,
    /** compressed-tensors: factors, in bfloat16. */
    W8A8
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    var codes = new byte[out * in];
    var scales = new float[out];
    var matrix = new FloatMatrix(out, in);
    for (int n = 0; n < out; n++) {
      float largest = weights.largest(n, 0, in);
      scales[n] = kind == Kind.LLM_INT8 ? largest : Rounding.brain(largest / 127);
      for (int k = 0; k < in; k++) {
        float steps = largest == 0 ? 0 : weights.at(n, k) * 127 / largest;
        byte code = (byte) Math.clamp(Math.round(steps), -127, 127);
        codes[n * in + k] = code;
        matrix.set(n, k, kind == Kind.LLM_INT8 ? code * scales[n] / 127 : code * scales[n]);
      }
    }
    RawTensor weight = RawTensor.bytes(key + ".weight", "I8", codes, out, in);
    return switch (kind) {
      case LLM_INT8 ->
          new StoredLayer(
              List.of(
                  weight,
                  RawTensor.floats(key + ".SCB", scales, out),
                  RawTensor.bytes(key + ".weight_format", "U8", new byte[1])),
              matrix);
      case W8A8 -> new StoredLayer(List.of(weight, RawTensor.brains(key + ".weight_scale", scales, out, 1)), matrix);
    };
  }
}
