package io.gatun.engine;

import java.util.ArrayList;
import java.util.List;

/** Records {@link TokenLogprobs} of one generation. */
final class LogprobsRecorder {
  private final int top;
  private final Candidates candidates = new Candidates();
  private final List<TokenLogprobs> records = new ArrayList<>();
  private float[] raw = {};

  /** @param top how many likely tokens besides the chosen one */
  LogprobsRecorder(int top) {
    this.top = top;
  }

  /** Looks at the model's logits, before anything changes them. */
  void look(float[] logits) {
    raw = logits.clone();
  }

  /** Records the token that was chosen. */
  void chosen(int id) {
    double best = Double.NEGATIVE_INFINITY;
    for (float logit : raw) {
      best = Math.max(best, logit);
    }
    double sum = 0;
    for (float logit : raw) {
      sum += StrictMath.exp(logit - best);
    }
    double logTotal = best + StrictMath.log(sum);
    records.add(new TokenLogprobs(id, raw[id] - logTotal, likely(logTotal)));
  }

  private List<TokenLogprobs.Likely> likely(double logTotal) {
    var likely = new ArrayList<TokenLogprobs.Likely>(top);
    if (top > 0) {
      candidates.load(raw);
      candidates.topK(top);
      for (int i = 0; i < candidates.size(); i++) {
        likely.add(new TokenLogprobs.Likely(candidates.id(i), candidates.logit(i) - logTotal));
      }
    }
    return likely;
  }

  /** All of them from an index on. */
  List<TokenLogprobs> from(int index) {
    return records.subList(index, records.size());
  }
}
