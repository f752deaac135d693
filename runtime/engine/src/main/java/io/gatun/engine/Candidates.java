package io.gatun.engine;

import java.util.Arrays;

/**
 * The tokens that a sampler still considers, with their logits and the temperature so far. Banned tokens (of logit negative
 * infinity) are none. Arrays are reused from token to token; as long as the whole vocabulary is considered it stays where it
 * is, so that the usual top-k needs one look at each logit and no other memory.
 */
final class Candidates {
  /** A change of single logits. */
  interface Change {

    /** The new logit of a token, the same if it does not concern it. */
    float of(int id, float logit);
  }

  /** Up to this k a heap finds the best k faster than a selection. */
  private static final int HEAP_LIMIT = 1024;

  /** Where a search for the end of the likely ones begins. */
  private static final int FIRST_STRETCH = 64;

  private float[] whole = {};
  private boolean isWhole;
  private long[] keys = {};
  private double[] weights = {};
  private long[] nearness = {};
  private int size;
  private boolean isSorted;
  private double temperature;

  /**
   * Takes all tokens.
   *
   * @param logits none NaN or positive infinity, at least one finite; not copied, changed by {@link #change}
   */
  void load(float[] logits) {
    whole = logits;
    isWhole = true;
    size = logits.length;
    isSorted = false;
    temperature = 1;
  }

  // ---- looking

  int size() {
    materialize();
    return size;
  }

  /** The token at {@code index}; sorted only after a step that says so. */
  int id(int index) {
    return SortableLogit.id(keys[index]);
  }

  /** Its logit, not divided by the temperature. */
  float logit(int index) {
    return SortableLogit.logit(keys[index]);
  }

  /** The highest logit. */
  private double best() {
    long best = keys[0];
    for (int i = 1; i < size && !isSorted; i++) {
      best = Math.min(best, keys[i]);
    }
    return SortableLogit.logit(best);
  }

  // ---- changing

  /**
   * Changes logits.
   *
   * @param concerned the tokens it may concern, the first {@code count} of them
   */
  void change(Change change, int[] concerned, int count) {
    if (isWhole) {
      for (int i = 0; i < count; i++) {
        whole[concerned[i]] = change.of(concerned[i], whole[concerned[i]]);
      }
    } else {
      for (int i = 0; i < size; i++) {
        keys[i] = SortableLogit.key(change.of(id(i), logit(i)), id(i));
      }
      isSorted = false;
    }
  }

  /** Divides by a temperature above 0. */
  void cool(double divisor) {
    temperature *= divisor;
  }

  // ---- removing

  /** Keeps the most likely one, the lower id on ties. */
  void keepBest() {
    topK(1);
  }

  /** Keeps the {@code count} most likely, sorted. */
  void topK(int count) {
    if (isWhole && count <= HEAP_LIMIT && count < whole.length) {
      heapOfBest(count);
    } else {
      materialize();
      sortFirst(Math.min(count, size));
    }
  }

  /** Keeps the smallest number of the most likely whose probabilities sum to at least {@code p}, sorted. */
  void topP(double p, int minKeep) {
    materialize();
    double best = best();
    double target = p * softmax();
    int inPlace = isSorted ? size : 0;
    double cumulative = 0;
    int kept = 0;
    while (kept < size && (cumulative < target || kept < minKeep)) {
      if (kept == inPlace) {
        inPlace = (int) Math.min(Math.max(FIRST_STRETCH, 4L * kept), size);
        sortBehind(kept, inPlace);
      }
      cumulative += StrictMath.exp((logit(kept++) - best) / temperature);
    }
    size = kept;
    isSorted = true;
  }

  /** Keeps those at least {@code p} times as likely as the most likely one. */
  void minP(double p, int minKeep) {
    materialize();
    keepFrom(best() + temperature * StrictMath.log(p), minKeep);
  }

  /** Keeps those at most {@code n} standard deviations below the most likely one. */
  void topNSigma(double n) {
    materialize();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += logit(i);
    }
    double mean = sum / size;
    double squares = 0;
    for (int i = 0; i < size; i++) {
      squares += (logit(i) - mean) * (logit(i) - mean);
    }
    keepFrom(best() - n * StrictMath.sqrt(squares / size), 1);
  }

  /** Keeps those of at least a logit, or the {@code minKeep} most likely if they are fewer. */
  private void keepFrom(double least, int minKeep) {
    int passing = 0;
    for (int i = 0; i < size; i++) {
      passing += logit(i) >= least ? 1 : 0;
    }
    if (passing < minKeep) {
      topK(minKeep);
      return;
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (logit(i) >= least) {
        keys[kept++] = keys[i];
      }
    }
    size = kept;
  }

  /** Keeps those of the most typical information, whose probabilities sum to at least {@code p}. */
  void typicalP(double p, int minKeep) {
    materialize();
    double best = best();
    double sum = softmax();
    double logSum = StrictMath.log(sum);
    double entropy = entropy(best, sum);
    nearness = nearness.length < size ? new long[size] : nearness;
    for (int i = 0; i < size; i++) {
      float distance = (float) Math.abs(logSum - (logit(i) - best) / temperature - entropy);
      nearness[i] = ((long) Float.floatToIntBits(distance) << 32) | i; // positive floats are ordered as their bits
    }
    Arrays.sort(nearness, 0, size);
    double cumulative = 0;
    int kept = 0;
    while (kept < size && (cumulative < p * sum || kept < minKeep)) {
      int index = (int) nearness[kept];
      nearness[kept++] = index;
      cumulative += weights[index];
    }
    Arrays.sort(nearness, 0, kept);
    for (int i = 0; i < kept; i++) {
      keys[i] = keys[(int) nearness[i]];
    }
    size = kept;
  }

  /** Removes those of at least a probability, but the least likely of them. */
  void excludeTop(double threshold, int minKeep) {
    sort();
    double sum = softmax();
    int last = -1;
    while (last + 1 < size && weights[last + 1] >= threshold * sum) {
      last++;
    }
    if (last > 0 && size - last >= minKeep) {
      System.arraycopy(keys, last, keys, 0, size - last);
      size -= last;
    }
  }

  /** Removes those of more than so many bits of surprise, but the most likely one. */
  void limitSurprise(double bits) {
    materialize();
    double logSum = StrictMath.log(softmax());
    keepFrom(best() + temperature * (logSum - bits * StrictMath.log(2)), 1);
  }

  // ---- distributions

  /** Shannon's entropy over that of a uniform distribution, 0 to 1. */
  double relativeEntropy() {
    materialize();
    return size < 2 ? 0 : Math.max(0, entropy(best(), softmax()) / StrictMath.log(size));
  }

  /** In nats; the weights are those of a softmax of that sum. */
  private double entropy(double best, double sum) {
    double logSum = StrictMath.log(sum);
    double entropy = 0;
    for (int i = 0; i < size; i++) {
      entropy += weights[i] == 0 ? 0 : weights[i] / sum * (logSum - (logit(i) - best) / temperature);
    }
    return entropy;
  }

  /** The index of the candidate at {@code u}, 0 to 1, of the cumulative distribution. */
  int draw(double u) {
    materialize();
    double target = u * softmax();
    double cumulative = 0;
    int last = 0;
    for (int i = 0; i < size; i++) {
      cumulative += weights[i];
      if (target < cumulative) {
        return i;
      }
      last = weights[i] > 0 ? i : last;
    }
    return last;
  }

  /** ln of the ratio of two probabilities. */
  double logRatio(int index, int other) {
    return ((double) logit(index) - logit(other)) / temperature;
  }

  /** −log₂ of the probability of the candidate at {@code index}. */
  double surprise(int index) {
    double best = best();
    return (StrictMath.log(softmax()) - (logit(index) - best) / temperature) / StrictMath.log(2);
  }

  /** Fills the weights, of which the best one's is 1; returns their sum. */
  private double softmax() {
    if (weights.length < size) {
      weights = new double[size];
    }
    double best = best();
    double sum = 0;
    for (int i = 0; i < size; i++) {
      weights[i] = StrictMath.exp((logit(i) - best) / temperature);
      sum += weights[i];
    }
    return sum;
  }

  // ---- order

  /** Brings the {@code count} most likely to the front, in order, and keeps the others behind them. */
  void sortBest(int count) {
    materialize();
    if (!isSorted) {
      sortBehind(0, Math.min(count, size));
    }
  }

  /** Brings all in order, the most likely first. */
  private void sort() {
    materialize();
    if (!isSorted) {
      Arrays.sort(keys, 0, size);
      isSorted = true;
    }
  }

  private void materialize() {
    if (!isWhole) {
      return;
    }
    ensure(whole.length);
    int count = 0;
    for (int id = 0; id < whole.length; id++) {
      if (whole[id] != Float.NEGATIVE_INFINITY) {
        keys[count++] = SortableLogit.key(whole[id], id);
      }
    }
    size = count;
    isWhole = false;
  }

  /** Leaves only the {@code count} first, sorted. */
  private void sortFirst(int count) {
    if (!isSorted) {
      sortBehind(0, count);
      isSorted = true;
    }
    size = count;
  }

  /** Given that the first {@code from} are in their places, brings those up to {@code to} there too. */
  private void sortBehind(int from, int to) {
    if (to < size) {
      SortableLogit.select(keys, from, to, size);
    }
    Arrays.sort(keys, from, to);
  }

  /** The best of the whole vocabulary: a heap with the worst of them on top. */
  private void heapOfBest(int count) {
    ensure(count);
    int filled = 0;
    float worst = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < whole.length; id++) {
      float logit = whole[id];
      if (logit > worst) { // of equal logits the lower id, which came first, is better
        if (filled < count) {
          SortableLogit.push(keys, filled++, SortableLogit.key(logit, id));
        } else {
          SortableLogit.replaceTop(keys, count, SortableLogit.key(logit, id));
        }
        worst = filled < count ? Float.NEGATIVE_INFINITY : SortableLogit.logit(keys[0]);
      }
    }
    Arrays.sort(keys, 0, filled);
    size = filled;
    isWhole = false;
    isSorted = true;
  }

  private void ensure(int length) {
    if (keys.length < length) {
      keys = new long[length];
    }
  }
}
