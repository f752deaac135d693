package io.gatun.device;

/** Chooses experts: a softmax over all of them in double, then the largest logits in order, ties to the lower expert. */
final class ScalarRouter {

  private ScalarRouter() {}

  static Routing route(HostBuffer logits, RouterSpec spec) {
    int rows = Math.toIntExact(logits.rows());
    int used = spec.used();
    var routing = new Routing(used, new int[rows * used], new float[rows * used]);
    var values = new float[(int) logits.cols()];
    for (int row = 0; row < rows; row++) {
      logits.copyTo((long) row * values.length, values, values.length);
      chooseLargest(values, routing, row);
      weigh(values, spec, routing, row);
    }
    return routing;
  }

  private static void chooseLargest(float[] logits, Routing routing, int row) {
    var chosen = new boolean[logits.length];
    for (int k = 0; k < routing.used(); k++) {
      int best = -1;
      for (int expert = 0; expert < logits.length; expert++) {
        if (!chosen[expert] && (best < 0 || logits[expert] > logits[best])) {
          best = expert;
        }
      }
      chosen[best] = true;
      routing.experts()[row * routing.used() + k] = best;
    }
  }

  private static void weigh(float[] logits, RouterSpec spec, Routing routing, int row) {
    int first = row * routing.used();
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double all = 0;
    for (float logit : logits) {
      all += Math.exp(logit - max);
    }
    double chosen = 0;
    for (int k = 0; k < routing.used(); k++) {
      chosen += Math.exp(logits[routing.experts()[first + k]] - max);
    }
    double divisor =
        switch (spec.weighting()) {
          case SOFTMAX_RENORMALIZED -> chosen;
          case SOFTMAX -> all;
        };
    for (int k = 0; k < routing.used(); k++) {
      routing.weights()[first + k] = (float) (Math.exp(logits[routing.experts()[first + k]] - max) / divisor);
    }
  }
}
