package io.gatun.oracle.layers;

import java.util.List;
import java.util.SplittableRandom;

/**
 * AWQ, 4 bits with zero points.
 *
 * @param layout of the codes
 * @param group inputs in a group
 */
record AwqWriter(Layout layout, int group) implements LayerWriter {
  private static final int BITS = 4;
  private static final int PACK = 8;

  /** The nibble of each of eight codes. */
  private static final int[] NIBBLE = {0, 4, 1, 5, 2, 6, 3, 7};

  /** How codes lie. */
  enum Layout {
    /** Eight outputs in a word, interleaved. */
    GEMM,
    /** Eight inputs in a word. */
    GEMV,
    /** Four outputs and 64 inputs at a time in 16-bit words. */
    GEMV_FAST
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int[] groups = GroupCodes.consecutive(weights.in(), group);
    GroupCodes codes = GroupCodes.of(weights, BITS, groups, false, Rounding::half);
    int count = Math.ceilDiv(weights.in(), group);
    return switch (layout) {
      case GEMM -> gemm(key, codes, count);
      case GEMV -> gemv(key, codes, count);
      case GEMV_FAST -> fast(key, codes, count);
    };
  }

  private static StoredLayer gemm(String key, GroupCodes codes, int count) {
    int out = codes.matrix().out();
    int in = codes.matrix().in();
    var packed = new int[in * out / PACK];
    for (int n = 0; n < out; n++) {
      for (int k = 0; k < in; k++) {
        packed[(k * out + n) / PACK] |= codes.codes()[n][k] << BITS * NIBBLE[n % PACK];
      }
    }
    var zeros = new int[count * out / PACK];
    for (int n = 0; n < out; n++) {
      for (int g = 0; g < count; g++) {
        zeros[(g * out + n) / PACK] |= codes.zeros()[n][g] << BITS * NIBBLE[n % PACK];
      }
    }
    return new StoredLayer(
        List.of(
            RawTensor.ints(key + ".qweight", packed, in, out / PACK),
            RawTensor.ints(key + ".qzeros", zeros, count, out / PACK),
            RawTensor.halves(key + ".scales", codes.scalesByGroup(), count, out)),
        codes.matrix());
  }

  private StoredLayer gemv(String key, GroupCodes codes, int count) {
    int out = codes.matrix().out();
    int in = codes.matrix().in();
    int words = in / PACK;
    int zeroWords = zeroWords(count);
    var packed = new int[out * words];
    var zeros = new int[out * zeroWords];
    var scales = new float[out * zeroWords * PACK];
    for (int n = 0; n < out; n++) {
      CodeStream.write(codes.codes()[n], BITS, packed, n * words, 1);
      CodeStream.write(codes.zeros()[n], BITS, zeros, n * zeroWords, 1);
      System.arraycopy(codes.scales()[n], 0, scales, n * zeroWords * PACK, count);
    }
    return new StoredLayer(
        List.of(
            RawTensor.ints(key + ".qweight", packed, out, words),
            RawTensor.ints(key + ".qzeros", zeros, out, zeroWords),
            RawTensor.halves(key + ".scales", scales, out, (long) zeroWords * PACK)),
        codes.matrix());
  }

  /** Whole words of zero points, two or four at a time for groups of 64 or 32. */
  private int zeroWords(int count) {
    int step = group >= 128 ? 1 : group == 64 ? 2 : 4;
    return Math.ceilDiv(Math.ceilDiv(count, PACK), step) * step;
  }

  private StoredLayer fast(String key, GroupCodes codes, int count) {
    int out = codes.matrix().out();
    int in = codes.matrix().in();
    var packed = new int[out / 4 * in];
    int groups = zeroWords(count) * PACK;
    var scales = new float[groups * out];
    var addends = new float[groups * out];
    var matrix = new FloatMatrix(out, in);
    for (int n = 0; n < out; n++) {
      for (int g = 0; g < count; g++) {
        scales[g * out + n] = codes.scales()[n][g];
        addends[g * out + n] = Rounding.half(-codes.scales()[n][g] * codes.zeros()[n][g]);
      }
      for (int k = 0; k < in; k++) {
        int code = codes.codes()[n][k];
        int half = k % 64 / 32;
        int place = PACK * (k % 8 / 2) + NIBBLE[2 * (k % 32 / 8) + k % 2];
        int nibble = n % 4 * 64 + 32 * half + place;
        packed[n / 4 * in + k / 64 * 64 + nibble / 4] |= code << BITS * (nibble % 4);
        int g = k / group * out + n;
        matrix.set(n, k, code * scales[g] + addends[g]);
      }
    }
    return new StoredLayer(
        List.of(
            RawTensor.shorts(key + ".qweight", packed, out / 4, in),
            RawTensor.halves(key + ".scales", scales, groups, out),
            RawTensor.halves(key + ".qzeros", addends, groups, out)),
        matrix);
  }
}
