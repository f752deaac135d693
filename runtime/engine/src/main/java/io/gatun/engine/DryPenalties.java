package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import io.gatun.engine.SamplerStep.Dry;

/**
 * Carries out {@link Dry} in time linear in the window. Its arrays are reused from token to token.
 *
 * <p>Read backwards, r₀ the last token, a stretch that ends the text and occurred before is a common prefix of r and of r
 * from i on, and r at i − 1 is the token that followed it then. The lengths of those prefixes are the Z function of r.
 */
final class DryPenalties implements Candidates.Change {
  private final Dry dry;
  private final SequenceBreaks breaks;
  private int[] reversed = {};
  /** Z function of {@link #reversed}. */
  private int[] common = {};
  /** By token, the longest stretch that it would continue; 0 between calls. */
  private int[] longest = {};
  private int[] concerned = {};

  DryPenalties(Dry dry, TokenTexts texts) {
    this.dry = dry;
    breaks = new SequenceBreaks(dry.breakers(), texts);
  }

  /** @param vocabularySize more than any id in the history */
  void apply(Candidates candidates, History history, int vocabularySize) {
    int window = dry.lastN() < 0 ? history.size() : Math.min(dry.lastN(), history.size());
    ensure(window, vocabularySize);
    breaks.read(history);
    for (int i = 0; i < window; i++) {
      reversed[i] = history.token(history.size() - 1 - i);
    }
    int unbroken = unbroken(history.size(), window);
    commonPrefixes(window);
    int count = 0;
    for (int i = 1; i < window; i++) {
      int length = Math.min(common[i], unbroken);
      int next = reversed[i - 1];
      if (length >= dry.allowedLength() && !breaks.at(history.size() - i)) {
        if (longest[next] == 0) {
          concerned[count++] = next;
        }
        longest[next] = Math.max(longest[next], length);
      }
    }
    candidates.change(this, concerned, count);
    for (int i = 0; i < count; i++) {
      longest[concerned[i]] = 0;
    }
  }

  /** How many tokens at the end are free of breaks. */
  private int unbroken(int size, int window) {
    int length = 0;
    while (length < window && !breaks.at(size - 1 - length)) {
      length++;
    }
    return length;
  }

  private void commonPrefixes(int length) {
    int left = 0;
    int right = 0;
    for (int i = 1; i < length; i++) {
      int same = i < right ? Math.min(right - i, common[i - left]) : 0;
      while (i + same < length && reversed[same] == reversed[i + same]) {
        same++;
      }
      common[i] = same;
      if (i + same > right) {
        left = i;
        right = i + same;
      }
    }
  }

  @Override
  public float of(int id, float logit) {
    if (longest[id] == 0) {
      return logit;
    }
    double penalty = dry.multiplier() * StrictMath.pow(dry.base(), longest[id] - dry.allowedLength());
    return Finite.lowered(logit, logit - penalty);
  }

  private void ensure(int window, int vocabularySize) {
    if (reversed.length < window) {
      int length = Math.max(window, 2 * reversed.length);
      reversed = new int[length];
      common = new int[length];
      concerned = new int[length];
    }
    longest = longest.length < vocabularySize ? new int[vocabularySize] : longest;
  }
}
