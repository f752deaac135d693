package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import io.gatun.engine.SamplerStep.Penalties;

/** Carries out {@link Penalties}. Its arrays are reused from token to token. */
final class RepetitionPenalties implements Candidates.Change {
  private final Penalties penalties;
  /** By token, 0 between calls. */
  private int[] counts = {};
  private int[] seen = {};

  RepetitionPenalties(Penalties penalties) {
    this.penalties = penalties;
  }

  /** @param vocabularySize more than any id in the history */
  void apply(Candidates candidates, History history, int vocabularySize) {
    int window = penalties.lastN() < 0 ? history.size() : Math.min(penalties.lastN(), history.size());
    counts = counts.length < vocabularySize ? new int[vocabularySize] : counts;
    seen = seen.length < window ? new int[Math.max(window, 2 * seen.length)] : seen;
    int distinct = 0;
    for (int i = history.size() - window; i < history.size(); i++) {
      int id = history.token(i);
      if (counts[id]++ == 0) {
        seen[distinct++] = id;
      }
    }
    candidates.change(this, seen, distinct);
    for (int i = 0; i < distinct; i++) {
      counts[seen[i]] = 0;
    }
  }

  @Override
  public float of(int id, float logit) {
    if (counts[id] == 0) {
      return logit;
    }
    double scaled = logit > 0 ? logit / penalties.repeat() : logit * penalties.repeat();
    return Finite.lowered(logit, scaled - counts[id] * penalties.frequency() - penalties.presence());
  }
}
