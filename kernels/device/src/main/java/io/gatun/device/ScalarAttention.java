package io.gatun.device;

import java.util.Arrays;

/**
 * Attention of one head of one row in two passes: all scores, then the weighted values, both in the order of positions
 * and in double. The order depends on positions only.
 */
final class ScalarAttention {
  private static final int KEYS = HostKvPool.KEYS;

  private final RowKernels.AttentionCall call;
  private final AttentionSpec spec;
  private final Scratch scratch;
  private final long unit;
  private final int head;
  private final int headKv;
  private final int position;

  /** The keys that it sees: from the first to the end, exclusive. */
  private final int first;

  private final int end;
  private final int[] pages;

  private ScalarAttention(RowKernels.AttentionCall call, long unit, Scratch scratch) {
    this.call = call;
    this.spec = call.spec();
    this.scratch = scratch;
    this.unit = unit;
    int row = Math.toIntExact(unit / spec.headCount());
    head = (int) (unit % spec.headCount());
    headKv = head / (spec.headCount() / spec.headCountKv());
    position = call.rows().positions()[row];
    first = spec.first(position);
    end = call.rows().ends()[row];
    pages = call.rows().pages()[row];
  }

  static void head(RowKernels.AttentionCall call, long unit, Scratch scratch) {
    new ScalarAttention(call, unit, scratch).run();
  }

  private void run() {
    call.q().copyTo(unit * spec.keyDim(), scratch.x(spec.keyDim()), spec.keyDim());
    scores();
    double total = softmaxNumerators(scratch.scores(0));
    weightedValues();
    double[] sums = scratch.sums(0);
    for (int i = 0; i < spec.valueDim(); i++) {
      call.out().put(unit * spec.valueDim() + i, (float) (sums[i] / total));
    }
  }

  /** {@code scores[j] = logit(q·k[j])} for 16 keys at a time; those past the end of the sequence are never read. */
  private void scores() {
    int dim = spec.keyDim();
    float[] q = scratch.x(0);
    float[] keys = scratch.weights((long) dim * KEYS);
    double[] scores = scratch.scores(end + KEYS);
    KvRegion region = call.pool().keys(call.layer());
    for (int group = first / KEYS * KEYS; group < end; group += KEYS) {
      var page = call.pool().page(pages[group / KvPool.PAGE_TOKENS]);
      region.load(page, headKv, group % KvPool.PAGE_TOKENS, KEYS, keys);
      Arrays.fill(scores, group, group + KEYS, 0);
      for (int d = 0; d < dim; d++) {
        double value = q[d];
        for (int key = 0; key < KEYS; key++) {
          scores[group + key] += value * keys[d * KEYS + key];
        }
      }
    }
    for (int j = first; j < end; j++) {
      scores[j] = logit(scores[j], j - position);
    }
  }

  private double logit(double product, int ahead) {
    double logit = spec.scale() * product;
    if (spec.softcap() > 0) {
      logit = spec.softcap() * Math.tanh(logit / spec.softcap());
    }
    double slope = spec.slopes().length == 0 ? 0 : spec.slopes()[head];
    return logit - slope * Math.abs(ahead) + spec.bias(head, ahead);
  }

  /** {@code scores[j] = exp(scores[j] − max)}; returns their sum, the sink's included. */
  private double softmaxNumerators(double[] scores) {
    double sink = spec.sinks().length == 0 ? Double.NEGATIVE_INFINITY : spec.sinks()[head];
    double max = sink;
    for (int j = first; j < end; j++) {
      max = Math.max(max, scores[j]);
    }
    double sum = Math.exp(sink - max);
    for (int j = first; j < end; j++) {
      scores[j] = Math.exp(scores[j] - max);
      sum += scores[j];
    }
    return sum;
  }

  private void weightedValues() {
    int dim = spec.valueDim();
    double[] scores = scratch.scores(0);
    double[] sums = scratch.sums(dim);
    float[] values = scratch.weights((long) dim * KvPool.PAGE_TOKENS);
    KvRegion region = call.pool().values(call.layer());
    Arrays.fill(sums, 0, dim, 0);
    for (int from = first, to; from < end; from = to) {
      int token = from % KvPool.PAGE_TOKENS;
      to = Math.min(end, from - token + KvPool.PAGE_TOKENS);
      region.load(call.pool().page(pages[from / KvPool.PAGE_TOKENS]), headKv, token, to - from, values);
      for (int j = from; j < to; j++) {
        double weight = scores[j];
        for (int i = 0; i < dim; i++) {
          sums[i] += weight * values[(j - from) * dim + i];
        }
      }
    }
  }
}
