package io.gatun.oracle.layers;

import java.util.List;
import java.util.SplittableRandom;

/**
 * E2M1 codes, the low nibble first, with scales for each 16 inputs (NVFP4) or 32 (MXFP4).
 *
 * @param kind names and meaning of the scales
 */
record Fp4Writer(Kind kind) implements LayerWriter {
  private static final float TOP = 6;
  private static final float TOP_E4M3 = 448;

  /** The formats. */
  enum Kind {
    /** compressed-tensors: a factor of the tensor that divides. */
    NVFP4_DIVIDED,
    /** ModelOpt: a factor of the tensor that multiplies. */
    NVFP4_MULTIPLIED,
    /** compressed-tensors. */
    MXFP4,
    /** DeepSeek: codes as I8, scales as F8_E8M0. */
    MXFP4_RAW;

    private boolean isMx() {
      return this == MXFP4 || this == MXFP4_RAW;
    }
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    int length = kind.isMx() ? 32 : 16;
    int groups = in / length;
    float largest = 0;
    for (int n = 0; n < out; n++) {
      largest = Math.max(largest, weights.largest(n, 0, in));
    }
    float divisor = TOP_E4M3 * TOP / largest;
    float multiplier = largest / (TOP_E4M3 * TOP);
    float[] levels = Rounding.e2m1();
    float[] e4m3 = Rounding.e4m3();
    var scales = new byte[out * groups];
    var codes = new byte[out * in / 2];
    var matrix = new FloatMatrix(out, in);
    for (int n = 0; n < out; n++) {
      for (int g = 0; g < groups; g++) {
        float most = weights.largest(n, g * length, (g + 1) * length);
        int code = kind.isMx() ? Rounding.exponent(most, TOP) : Rounding.nearest(e4m3, most / TOP * divisor);
        scales[n * groups + g] = (byte) code;
        float scale =
            switch (kind) {
              case MXFP4, MXFP4_RAW -> Rounding.power(code);
              case NVFP4_DIVIDED -> e4m3[code] / divisor;
              case NVFP4_MULTIPLIED -> e4m3[code] * multiplier;
            };
        for (int k = g * length; k < (g + 1) * length; k++) {
          int level = Rounding.nearest(levels, scale == 0 ? 0 : weights.at(n, k) / scale);
          codes[(n * in + k) / 2] |= (byte) (level << 4 * (k % 2));
          matrix.set(n, k, levels[level] * scale);
        }
      }
    }
    return new StoredLayer(tensors(key, codes, scales, divisor, multiplier, out, in, groups), matrix);
  }

  private List<RawTensor> tensors(
      String key, byte[] codes, byte[] scales, float divisor, float multiplier, int out, int in, int groups) {
    return switch (kind) {
      case NVFP4_DIVIDED ->
          List.of(
              RawTensor.bytes(key + ".weight_packed", "U8", codes, out, in / 2),
              RawTensor.bytes(key + ".weight_scale", "F8_E4M3", scales, out, groups),
              RawTensor.floats(key + ".weight_global_scale", new float[] {divisor}, 1));
      case NVFP4_MULTIPLIED ->
          List.of(
              RawTensor.bytes(key + ".weight", "U8", codes, out, in / 2),
              RawTensor.bytes(key + ".weight_scale", "F8_E4M3", scales, out, groups),
              RawTensor.floats(key + ".weight_scale_2", new float[] {multiplier}));
      case MXFP4 ->
          List.of(
              RawTensor.bytes(key + ".weight_packed", "U8", codes, out, in / 2),
              RawTensor.bytes(key + ".weight_scale", "U8", scales, out, groups));
      case MXFP4_RAW ->
          List.of(
              RawTensor.bytes(key + ".weight", "I8", codes, out, in / 2),
              RawTensor.bytes(key + ".scale", "F8_E8M0", scales, out, groups));
    };
  }
}
