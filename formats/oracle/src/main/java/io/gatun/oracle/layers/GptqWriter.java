package io.gatun.oracle.layers;

import java.util.List;
import java.util.SplittableRandom;

/**
 * GPTQ.
 *
 * @param version how zero points and codes are stored
 * @param bits of a code
 * @param group inputs in a group
 * @param symmetric whether zero points are all the middle one
 * @param actOrder whether inputs are spread over the groups
 */
record GptqWriter(Version version, int bits, int group, boolean symmetric, boolean actOrder) implements LayerWriter {

  /** The versions of the format. */
  enum Version {
    /** Zero points less one, subtracted from whole words where no code straddles two. */
    FIRST,
    SECOND,
    /** Codes in planes of 4, 2 and 1 bits. */
    PLANAR
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    int[] groups = GroupCodes.consecutive(in, group);
    if (actOrder) {
      GroupCodes.shuffle(groups, random);
    }
    GroupCodes codes = GroupCodes.of(weights, bits, groups, symmetric, Rounding::half);
    int words = CodeStream.words(in, bits);
    var packed = new int[words * out];
    for (int n = 0; n < out; n++) {
      pack(codes.codes()[n], packed, n, out);
    }
    int count = Math.ceilDiv(in, group);
    int zeroWords = CodeStream.words(out, bits);
    var zeros = new int[count * zeroWords];
    for (int g = 0; g < count; g++) {
      zeros(codes.zerosOf(g), zeros, g * zeroWords);
    }
    return new StoredLayer(
        List.of(
            RawTensor.ints(key + ".qweight", packed, words, out),
            RawTensor.ints(key + ".qzeros", zeros, count, zeroWords),
            RawTensor.halves(key + ".scales", codes.scalesByGroup(), count, out),
            RawTensor.ints(key + ".g_idx", groups, in)),
        codes.matrix());
  }

  private void pack(int[] codes, int[] words, int first, int step) {
    if (version == Version.PLANAR) {
      CodeStream.writePlanes(codes, bits, words, first, step);
    } else {
      CodeStream.write(codes, bits, words, first, step);
    }
  }

  private void zeros(int[] zeros, int[] words, int first) {
    if (version != Version.FIRST) {
      pack(zeros, words, first, 1);
      return;
    }
    if (bits == 3) {
      for (int n = 0; n < zeros.length; n++) {
        zeros[n] = zeros[n] - 1 & 7;
      }
      pack(zeros, words, first, 1);
      return;
    }
    pack(zeros, words, first, 1);
    int ones = 0;
    for (int bit = 0; bit < Integer.SIZE; bit += bits) {
      ones |= 1 << bit;
    }
    for (int word = 0; word < CodeStream.words(zeros.length, bits); word++) {
      words[first + word] -= ones;
    }
  }
}
