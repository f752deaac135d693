package io.gatun.oracle.layers;

import java.util.List;
import java.util.SplittableRandom;

/**
 * 8-bit floats with float32 scales, or with powers of two for each 32 inputs.
 *
 * @param e5m2 whether they are E5M2, else E4M3
 * @param scales how many share one
 */
record Fp8Writer(boolean e5m2, Scales scales) implements LayerWriter {
  private static final int BLOCK = 128;
  private static final int MX = 32;

  /** What shares a scale. */
  enum Scales {
    TENSOR,
    ROW,
    /** 128 × 128 values. */
    BLOCK,
    /** 32 values of a row; MXFP8. */
    POWER
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    int down =
        switch (scales) {
          case TENSOR -> out;
          case ROW, POWER -> 1;
          case BLOCK -> BLOCK;
        };
    int across =
        switch (scales) {
          case TENSOR, ROW -> in;
          case BLOCK -> BLOCK;
          case POWER -> MX;
        };
    int columns = Math.ceilDiv(in, across);
    int rows = Math.ceilDiv(out, down);
    float[] levels = e5m2 ? Rounding.e5m2() : Rounding.e4m3();
    float top = e5m2 ? 57344 : 448;
    var factors = new float[rows * columns];
    var powers = new byte[factors.length];
    for (int n = 0; n < out; n++) {
      for (int c = 0; c < columns; c++) {
        int at = n / down * columns + c;
        factors[at] = Math.max(factors[at], weights.largest(n, c * across, (c + 1) * across) / top);
      }
    }
    for (int i = 0; i < factors.length; i++) {
      factors[i] = factors[i] == 0 ? 1 : factors[i];
      if (scales == Scales.POWER) {
        powers[i] = (byte) Rounding.exponent(factors[i] * top, top);
        factors[i] = Rounding.power(powers[i] & 0xFF);
      }
    }
    var codes = new byte[out * in];
    var matrix = new FloatMatrix(out, in);
    for (int n = 0; n < out; n++) {
      for (int k = 0; k < in; k++) {
        float factor = factors[n / down * columns + k / across];
        int code = Rounding.nearest(levels, weights.at(n, k) / factor);
        codes[n * in + k] = (byte) code;
        matrix.set(n, k, levels[code] * factor);
      }
    }
    RawTensor scale =
        switch (scales) {
          case TENSOR -> RawTensor.floats(key + ".weight_scale", factors);
          case ROW -> RawTensor.floats(key + ".weight_scale", factors, out, 1);
          case BLOCK -> RawTensor.floats(key + ".weight_scale_inv", factors, rows, columns);
          case POWER -> RawTensor.bytes(key + ".weight_scale", "U8", powers, out, columns);
        };
    String type = e5m2 ? "F8_E5M2" : "F8_E4M3";
    return new StoredLayer(List.of(RawTensor.bytes(key + ".weight", type, codes, out, in), scale), matrix);
  }
}
