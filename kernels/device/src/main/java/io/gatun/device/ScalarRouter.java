package io.gatun.device;

import java.util.Arrays;

/**
 * Chooses experts: a probability for each in double, then the largest scores in order, ties to the lower expert. Scores
 * are the logits where no bias or grouping changes their order.
 */
final class ScalarRouter {

  private ScalarRouter() {}

  static Routing route(HostBuffer logits, RouterSpec spec) {
    int rows = Math.toIntExact(logits.rows());
    int used = spec.used();
    var routing = new Routing(used, new int[rows * used], new float[rows * used]);
    var values = new float[(int) logits.cols()];
    for (int row = 0; row < rows; row++) {
      logits.copyTo((long) row * values.length, values, values.length);
      double[] probabilities = probabilities(values, spec.weighting());
      chooseLargest(scores(values, probabilities, spec), routing, row);
      weigh(probabilities, spec, routing, row);
    }
    return routing;
  }

  private static double[] probabilities(float[] logits, RouterSpec.Weighting weighting) {
    var values = new double[logits.length];
    switch (weighting) {
      case SOFTMAX_RENORMALIZED, SOFTMAX -> {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
          max = Math.max(max, logit);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
          values[i] = Math.exp(logits[i] - max);
          sum += values[i];
        }
        for (int i = 0; i < values.length; i++) {
          values[i] /= sum;
        }
      }
      case SIGMOID_RENORMALIZED, SIGMOID -> Arrays.setAll(values, i -> ActivationFunction.SIGMOID.of(logits[i]));
    }
    return values;
  }

  private static double[] scores(float[] logits, double[] probabilities, RouterSpec spec) {
    var scores = new double[logits.length];
    if (spec.bias().length == 0 && spec.groups() == 1) {
      Arrays.setAll(scores, i -> logits[i]);
      return scores;
    }
    Arrays.setAll(scores, i -> probabilities[i] + (spec.bias().length == 0 ? 0 : spec.bias()[i]));
    if (spec.groupsUsed() < spec.groups()) {
      hideWorstGroups(scores, spec);
    }
    return scores;
  }

  private static void hideWorstGroups(double[] scores, RouterSpec spec) {
    int size = scores.length / spec.groups();
    var sums = new double[spec.groups()];
    for (int group = 0; group < sums.length; group++) {
      double[] sorted = Arrays.copyOfRange(scores, group * size, (group + 1) * size);
      Arrays.sort(sorted);
      sums[group] = sorted[size - 1] + (size > 1 ? sorted[size - 2] : 0);
    }
    var kept = new boolean[sums.length];
    for (int k = 0; k < spec.groupsUsed(); k++) {
      kept[largest(sums, kept)] = true;
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] = kept[i / size] ? scores[i] : Double.NEGATIVE_INFINITY;
    }
  }

  private static void chooseLargest(double[] scores, Routing routing, int row) {
    var chosen = new boolean[scores.length];
    for (int k = 0; k < routing.used(); k++) {
      int best = largest(scores, chosen);
      chosen[best] = true;
      routing.experts()[row * routing.used() + k] = best;
    }
  }

  /** The first of the largest values that are not taken. */
  private static int largest(double[] values, boolean[] taken) {
    int best = -1;
    for (int i = 0; i < values.length; i++) {
      if (!taken[i] && (best < 0 || values[i] > values[best])) {
        best = i;
      }
    }
    return best;
  }

  private static void weigh(double[] probabilities, RouterSpec spec, Routing routing, int row) {
    int first = row * routing.used();
    double chosen = 0;
    for (int k = 0; k < routing.used(); k++) {
      chosen += probabilities[routing.experts()[first + k]];
    }
    double divisor =
        switch (spec.weighting()) {
          case SOFTMAX_RENORMALIZED, SIGMOID_RENORMALIZED -> chosen;
          case SOFTMAX, SIGMOID -> 1;
        };
    for (int k = 0; k < routing.used(); k++) {
      double weight = probabilities[routing.experts()[first + k]] / divisor;
      routing.weights()[first + k] = (float) (weight * spec.scale());
    }
  }
}
