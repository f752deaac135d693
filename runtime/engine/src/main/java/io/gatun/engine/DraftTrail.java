package io.gatun.engine;

import io.gatun.engine.LogitsProcessor.History;
import io.gatun.model.Batch;
import io.gatun.model.KvCache;
import java.util.Arrays;

/** How far a draft model has read one text, and the guesses that it reads behind it. On the scheduler's thread. */
final class DraftTrail {
  private final KvCache cache;
  private final TrialCache trial;
  /** What the cache has, and behind it what is pending. */
  private int[] tokens = new int[64];
  private int size;
  /** So many of them were the text's when it was last looked at. */
  private int agreed;
  private int greatest;

  /** @param cache empty; its own from now on */
  DraftTrail(KvCache cache) {
    this.cache = cache;
    trial = new TrialCache(cache);
  }

  /** How many tokens another text can take over: not all of it, since the last one's logits are needed. */
  int common(History text) {
    int most = Math.min(cache.length(), text.size() - 1);
    int same = 0;
    while (same < most && tokens[same] == text.token(same)) {
      same++;
    }
    return cache.reusable(same);
  }

  /** Begins with the first tokens of another one. */
  void share(DraftTrail other, int count) {
    cache.share(other.cache, count);
    for (int i = 0; i < count; i++) {
      append(other.tokens[i]);
    }
  }

  /** Forgets guesses that the text did not go on with; what it did go on with is pending. */
  void follow(History text) {
    int same = Math.min(agreed, cache.length());
    int most = Math.min(cache.length(), text.size() - 1);
    while (same < most && tokens[same] == text.token(same)) {
      same++;
    }
    trial.back(Math.min(same, most));
    size = cache.length();
    while (size < text.size()) {
      append(text.token(size));
    }
    agreed = size;
  }

  void append(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
    }
    tokens[size++] = token;
    greatest = Math.max(greatest, token);
  }

  /** Whether a model of that vocabulary can read the text, and it is not too long for it. */
  boolean isWithin(int vocabularySize, int length) {
    return greatest < vocabularySize && size <= length;
  }

  /** What follows are guesses. */
  void leave() {
    trial.begin();
  }

  /** Tokens to be read. */
  int pending() {
    return size - cache.length();
  }

  /**
   * Adds the next tokens to a batch.
   *
   * @param count at most {@link #pending}
   * @return whether it has read them all then, and gets the last one's logits
   */
  boolean feed(Batch batch, int count) {
    int from = cache.length();
    boolean all = from + count == size;
    batch.add(cache, tokens, from, from + count, all ? Batch.Logits.LAST : Batch.Logits.NONE);
    return all;
  }

  void close() {
    trial.end();
    cache.close();
  }
}
