package io.gatun.device;

import java.util.Arrays;

/**
 * Attention of one head of one row in two passes: all scores, then the weighted values, both in the order of positions
 * and in double. The order depends on positions only.
 */
final class ScalarAttention {
  private static final int KEYS = HostKvPool.KEYS;

  private ScalarAttention() {}

  static void head(RowKernels.AttentionCall call, long unit, Scratch scratch) {
    AttentionSpec spec = call.spec();
    int row = Math.toIntExact(unit / spec.headCount());
    int head = (int) (unit % spec.headCount());
    int headKv = head / (spec.headCount() / spec.headCountKv());
    int count = call.rows().positions()[row] + 1;
    int[] pages = call.rows().pages()[row];

    call.q().copyTo(unit * spec.keyDim(), scratch.x(spec.keyDim()), spec.keyDim());
    scores(call, pages, headKv, count, scratch);
    double total = softmaxNumerators(scratch.scores(0), count);
    weightedValues(call, pages, headKv, count, scratch);
    double[] sums = scratch.sums(0);
    for (int i = 0; i < spec.valueDim(); i++) {
      call.out().put(unit * spec.valueDim() + i, (float) (sums[i] / total));
    }
  }

  /** {@code scores[j] = scale · q·k[j]} for 16 keys at a time; those past the end of the sequence are never read. */
  private static void scores(RowKernels.AttentionCall call, int[] pages, int headKv, int count, Scratch scratch) {
    int dim = call.spec().keyDim();
    float[] q = scratch.x(0);
    float[] keys = scratch.weights((long) dim * KEYS);
    double[] scores = scratch.scores(count + KEYS);
    KvRegion region = call.pool().keys(call.layer());
    for (int first = 0; first < count; first += KEYS) {
      var page = call.pool().page(pages[first / KvPool.PAGE_TOKENS]);
      region.load(page, headKv, first % KvPool.PAGE_TOKENS, KEYS, keys);
      Arrays.fill(scores, first, first + KEYS, 0);
      for (int d = 0; d < dim; d++) {
        double value = q[d];
        for (int key = 0; key < KEYS; key++) {
          scores[first + key] += value * keys[d * KEYS + key];
        }
      }
    }
    for (int j = 0; j < count; j++) {
      scores[j] *= call.spec().scale();
    }
  }

  /** {@code scores[j] = exp(scores[j] − max)}; returns their sum. */
  private static double softmaxNumerators(double[] scores, int count) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < count; j++) {
      max = Math.max(max, scores[j]);
    }
    double sum = 0;
    for (int j = 0; j < count; j++) {
      scores[j] = Math.exp(scores[j] - max);
      sum += scores[j];
    }
    return sum;
  }

  private static void weightedValues(
      RowKernels.AttentionCall call, int[] pages, int headKv, int count, Scratch scratch) {
    int dim = call.spec().valueDim();
    double[] scores = scratch.scores(0);
    double[] sums = scratch.sums(dim);
    float[] values = scratch.weights((long) dim * KvPool.PAGE_TOKENS);
    KvRegion region = call.pool().values(call.layer());
    Arrays.fill(sums, 0, dim, 0);
    for (int first = 0; first < count; first += KvPool.PAGE_TOKENS) {
      int tokens = Math.min(KvPool.PAGE_TOKENS, count - first);
      region.load(call.pool().page(pages[first / KvPool.PAGE_TOKENS]), headKv, 0, tokens, values);
      for (int t = 0; t < tokens; t++) {
        double weight = scores[first + t];
        for (int i = 0; i < dim; i++) {
          sums[i] += weight * values[t * dim + i];
        }
      }
    }
  }
}
