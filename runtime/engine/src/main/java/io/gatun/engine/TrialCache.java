package io.gatun.engine;

import io.gatun.model.KvCache;
import org.jspecify.annotations.Nullable;

/** Takes a cache back behind tokens that were only tried, also where the model carries a state from token to token. */
final class TrialCache {
  private final KvCache cache;
  /** As it was before the trial, if it could not be come back to otherwise. */
  private @Nullable KvCache before;

  /** @param cache its owner's; stays open */
  TrialCache(KvCache cache) {
    this.cache = cache;
  }

  /** What follows is a trial. */
  void begin() {
    end();
    before = cache.isTruncatable() ? null : cache.fork();
  }

  /** Takes the cache back to {@code length} tokens if it has more; to where the trial began if that cannot be. */
  void back(int length) {
    if (cache.length() <= length) {
      return;
    }
    if (cache.reusable(length) == length) {
      cache.truncate(length);
      return;
    }
    cache.truncate(0);
    if (before != null && before.length() <= length) {
      cache.share(before, before.length());
    }
  }

  /** There is nothing to go back to any more. */
  void end() {
    if (before != null) {
      before.close();
      before = null;
    }
  }
}
