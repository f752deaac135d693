package io.gatun.oracle.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * EXL2: inputs in any order, in groups of their own widths; scales of 4 bits, squared, under a float16 for each group.
 *
 * @param runs widths, the most bits first
 */
record Exl2Writer(List<Run> runs) implements LayerWriter {
  private static final int PADDING = 32;
  private static final int PACK = 8;
  private static final int TOP_SCALE = 15;

  /**
   * Inputs of one width.
   *
   * @param bits of a code
   * @param share of all inputs, rounded down to a multiple of 32; the last run takes the rest
   * @param group inputs in a group, of the last group perhaps fewer
   */
  record Run(int bits, double share, int group) {}

  private record Group(int bits, int from, int to, int firstWord) {}

  Exl2Writer {
    runs = List.copyOf(runs);
  }

  private List<Group> groups(int in) {
    var groups = new ArrayList<Group>();
    int from = 0;
    int word = 0;
    for (Run run : runs) {
      boolean last = run.equals(runs.getLast());
      int end = last ? in : from + (int) (run.share * in) / PADDING * PADDING;
      while (from < end) {
        int to = Math.min(end, from + run.group);
        groups.add(new Group(run.bits, from, to, word));
        word += (to - from) * run.bits / Integer.SIZE;
        from = to;
      }
    }
    return groups;
  }

  @Override
  public StoredLayer write(String key, FloatMatrix weights, SplittableRandom random) {
    int out = weights.out();
    int in = weights.in();
    if (in % PADDING != 0) {
      throw new IllegalArgumentException("%s: %d inputs, expected a multiple of %d".formatted(key, in, PADDING));
    }
    int stored = Math.ceilDiv(out, PADDING) * PADDING;
    List<Group> groups = groups(in);
    int count = groups.size();
    int[] order = GroupCodes.consecutive(in, 1); // the input at each packed position
    GroupCodes.shuffle(order, random);
    var positions = new int[in];
    for (int r = 0; r < in; r++) {
      positions[order[r]] = r;
    }
    Group end = groups.getLast();
    int words = end.firstWord + (end.to - end.from) * end.bits / Integer.SIZE;
    var codes = new int[words * stored];
    var scales = new int[count * stored / PACK];
    var maxima = new float[count];
    var table = new int[2 * count];
    var matrix = new FloatMatrix(out, in);
    for (int g = 0; g < count; g++) {
      Group group = groups.get(g);
      table[2 * g] = group.bits;
      table[2 * g + 1] = group.firstWord;
      maxima[g] = Rounding.half(largestScale(weights, order, group));
      float unit = Rounding.half(maxima[g] / 256);
      for (int n = 0; n < stored; n++) {
        boolean padding = n >= out;
        int code = padding ? TOP_SCALE : scaleCode(scale(weights, n, order, group), unit);
        scales[(g * stored + n) / PACK] |= code << 4 * (n % PACK);
        float scale = Rounding.half((code + 1) * (code + 1) * unit);
        int middle = 1 << group.bits - 1;
        var stream = new int[group.to - group.from];
        for (int r = group.from; r < group.to; r++) {
          float wanted = padding || scale == 0 ? 0 : weights.at(n, order[r]) / scale;
          int rounded = Math.clamp(Math.round(wanted) + middle, 0, 2 * middle - 1);
          stream[r - group.from] = rounded;
          if (!padding) {
            matrix.set(n, order[r], (rounded - middle) * scale);
          }
        }
        CodeStream.write(stream, group.bits, codes, group.firstWord * stored + n, stored);
      }
    }
    return new StoredLayer(
        List.of(
            RawTensor.ints(key + ".q_weight", codes, words, stored),
            RawTensor.ints(key + ".q_invperm", positions, in),
            RawTensor.ints(key + ".q_scale", scales, count, stored / PACK),
            RawTensor.halves(key + ".q_scale_max", maxima, count),
            RawTensor.shorts(key + ".q_groups", table, 2L * count)),
        matrix);
  }

  private static float scale(FloatMatrix weights, int n, int[] order, Group group) {
    float largest = 0;
    for (int r = group.from; r < group.to; r++) {
      largest = Math.max(largest, Math.abs(weights.at(n, order[r])));
    }
    return largest / (1 << group.bits - 1);
  }

  private static float largestScale(FloatMatrix weights, int[] order, Group group) {
    float largest = 0;
    for (int n = 0; n < weights.out(); n++) {
      largest = Math.max(largest, scale(weights, n, order, group));
    }
    return largest;
  }

  /** The least that reaches the scale. */
  private static int scaleCode(float scale, float unit) {
    int code = 0;
    while (code < TOP_SCALE && (code + 1) * (code + 1) * unit < scale) {
      code++;
    }
    return code;
  }
}
