package io.gatun.oracle.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * compressed-tensors' packed integers.
 *
 * @param bits of a code
 * @param group inputs in a group; 0 for whole rows
 * @param symmetric whether there are no zero points
 * @param whole whether words have only whole codes, as older writers left them
 * @param actOrder whether inputs are spread over the groups
 */
record PackedIntWriter(int bits, int group, boolean symmetric, boolean whole, boolean actOrder) implements LayerWriter {

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    int length = group == 0 ? in : group;
    int count = Math.ceilDiv(in, length);
    int[] groups = GroupCodes.consecutive(in, length);
    if (actOrder) {
      GroupCodes.shuffle(groups, random);
    }
    GroupCodes codes = GroupCodes.of(weights, bits, groups, symmetric, Rounding::brain);
    int words = words(in);
    var packed = new int[out * words];
    for (int n = 0; n < out; n++) {
      pack(codes.codes()[n], packed, n * words, 1);
    }
    var tensors = new ArrayList<RawTensor>();
    tensors.add(RawTensor.ints(key + ".weight_packed", packed, out, words));
    tensors.add(RawTensor.brains(key + ".weight_scale", codes.scalesByRow(), out, count));
    tensors.add(RawTensor.longs(key + ".weight_shape", new long[] {out, in}, 2));
    if (!symmetric) {
      var zeros = new int[words(out) * count];
      for (int g = 0; g < count; g++) {
        pack(codes.zerosOf(g), zeros, g, count);
      }
      tensors.add(RawTensor.ints(key + ".weight_zero_point", zeros, words(out), count));
    }
    if (actOrder) {
      tensors.add(RawTensor.ints(key + ".weight_g_idx", groups, in));
    }
    return new StoredLayer(tensors, codes.matrix());
  }

  private int words(int codes) {
    return whole ? Math.ceilDiv(codes, Integer.SIZE / bits) : CodeStream.words(codes, bits);
  }

  private void pack(int[] codes, int[] words, int first, int step) {
    if (whole) {
      CodeStream.writeWhole(codes, bits, words, first, step);
    } else {
      CodeStream.write(codes, bits, words, first, step);
    }
  }
}
