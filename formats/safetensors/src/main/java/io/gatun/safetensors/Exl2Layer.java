package io.gatun.safetensors;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl2Encoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * EXL2: {@code q_weight} i32 {@code [words, out]}, {@code q_invperm} {@code [in]}, {@code q_scale} i32
 * {@code [groups, out/8]}, {@code q_scale_max} f16 {@code [groups]}, {@code q_groups} i16 pairs of bits and first word,
 * read unsigned. Outputs are padded to a multiple of 32.
 */
final class Exl2Layer {
  private static final int PADDING = 32;

  private Exl2Layer() {}

  static TensorData read(LayerTensors layer) {
    TensorData weight = layer.requireDims(layer.requireType(layer.require("q_weight"), Encodings.I32), 2);
    TensorData scales = layer.requireDims(layer.requireType(layer.require("q_scale"), Encodings.I32), 2);
    long stored = weight.cols();
    if (stored % 8 != 0) {
      throw layer.wrong(weight, "a multiple of 8 columns");
    }
    int[] position = permutation(layer, layer.requireDims(layer.require("q_invperm"), 1));
    layer.take("q_perm"); // of old files; the inverse of the other
    List<Exl2Encoding.Group> groups = groups(layer, weight, position.length);
    layer.requireShape(scales, groups.size(), stored / 8);
    long rows = layer.config().unpadded(layer, stored, PADDING);
    var encoding = new Exl2Encoding(rows, stored, position, groups);
    return layer.matrix("weight", List.of(rows, (long) position.length), encoding, weight.bytes(), scales.bytes());
  }

  private static int[] permutation(LayerTensors layer, TensorData tensor) {
    int[] position = layer.integers(tensor);
    var seen = new boolean[position.length];
    for (int i = 0; i < position.length; i++) {
      if (tensor.encoding().equals(Encodings.I16)) {
        position[i] &= 0xFFFF;
      }
      int packed = position[i];
      if (packed < 0 || packed >= seen.length || seen[packed]) {
        throw layer.wrong(tensor, "a permutation, found %d at %d".formatted(packed, i));
      }
      seen[packed] = true;
    }
    return position;
  }

  private static List<Exl2Encoding.Group> groups(LayerTensors layer, TensorData weight, int cols) {
    TensorData table = layer.requireDims(layer.requireType(layer.require("q_groups"), Encodings.I16), 1);
    TensorData maxima = layer.requireDims(layer.require("q_scale_max"), 1);
    int[] pairs = layer.integers(table);
    float[] maximum = layer.floats(maxima);
    if (pairs.length != 2 * maximum.length || pairs.length == 0) {
      throw layer.wrong(table, "a pair for each of the %d in q_scale_max".formatted(maximum.length));
    }
    long words = weight.shape().getFirst();
    var groups = new ArrayList<Exl2Encoding.Group>();
    int first = 0;
    for (int g = 0; g < maximum.length; g++) {
      int bits = pairs[2 * g] & 0xFFFF;
      int start = pairs[2 * g + 1] & 0xFFFF;
      boolean last = g == maximum.length - 1;
      long end = last ? words : pairs[2 * g + 3] & 0xFFFF;
      if (bits < 2 || bits > 8 || start >= end || end > words || g == 0 && start != 0 || !Float.isFinite(maximum[g])) {
        throw layer.wrong(
            table,
            "groups of 2 to 8 bits one after another in %d words with finite scales, found group %d of %d bits at %d to %d"
                .formatted(words, g, bits, start, end));
      }
      groups.add(new Exl2Encoding.Group(bits, start, first, maximum[g]));
      long count = last ? cols - first : (end - start) * Integer.SIZE / bits;
      if (count < 1 || first + count > cols || PackedCodes.words(bits, PackedCodes.Order.DENSE, count) > end - start) {
        throw layer.wrong(table, "groups of %d columns in all, found group %d of %d from %d on".formatted(cols, g, count, first));
      }
      first += (int) count;
    }
    return groups;
  }
}
