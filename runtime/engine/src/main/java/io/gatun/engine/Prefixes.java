package io.gatun.engine;

import io.gatun.model.KvCache;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Computes equal beginnings of prompts once: a task begins with the pages of one that has them, or waits for one that is
 * about to. Used on the scheduler's thread.
 */
final class Prefixes {
  /** Below this a common beginning (BOS, a word or two) is not worth waiting for. */
  private static final int WORTHWHILE = 16;

  /** Prompts remembered after their tasks have ended, as long as others wait. */
  private static final int KEPT = 8;

  /** A prompt whose task may have ended. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Kept(int[] tokens, KvCache cache) implements SharedPrompt {
    @Override
    public void begin(KvCache other, int count) {
      throw new IllegalStateException("begun already");
    }
  }

  private final Deque<Kept> kept = new ArrayDeque<>();

  /**
   * Lets a task begin with what others have computed.
   *
   * @return false if one of {@code active} is computing its beginning right now: ask again later
   */
  boolean begin(Task task, Collection<Task> active) {
    Optional<SharedPrompt> own = task.sharedPrompt();
    if (own.isEmpty()) {
      return true;
    }
    int[] tokens = own.get().tokens();
    int best = 0;
    SharedPrompt donor = own.get();
    for (SharedPrompt other : others(active)) {
      int common = other.cache().reusable(Math.min(common(tokens, other.tokens()), tokens.length - 1));
      if (common > best || (common == best && other.cache().length() > donor.cache().length())) {
        best = common;
        donor = other;
      }
    }
    if (best < WORTHWHILE) {
      return true;
    }
    if (donor.cache().length() < best) {
      return false;
    }
    own.get().begin(donor.cache(), best);
    return true;
  }

  /** Remembers the prompt of a task that has not ended, if it is computed by now, for tasks that wait. */
  void keep(Task task) {
    task.sharedPrompt()
        .filter(prompt -> prompt.tokens().length > WORTHWHILE && prompt.cache().length() >= prompt.tokens().length)
        .filter(prompt -> prompt.cache().reusable(prompt.tokens().length) > 0)
        .filter(prompt -> kept.stream().noneMatch(known -> Arrays.equals(known.tokens(), prompt.tokens())))
        .ifPresent(this::keep);
  }

  /** Nobody waits: gives all pages back. */
  void forget() {
    kept.forEach(prompt -> prompt.cache().close());
    kept.clear();
  }

  private void keep(SharedPrompt prompt) {
    KvCache copy = prompt.cache().fork();
    copy.truncate(prompt.tokens().length);
    kept.addLast(new Kept(prompt.tokens(), copy));
    if (kept.size() > KEPT) {
      kept.removeFirst().cache().close();
    }
  }

  private Iterable<SharedPrompt> others(Collection<Task> active) {
    Iterator<SharedPrompt> all =
        Stream.concat(active.stream().flatMap(task -> task.sharedPrompt().stream()), kept.stream()).iterator();
    return () -> all;
  }

  static int common(int[] a, int[] b) {
    int different = Arrays.mismatch(a, b);
    return different < 0 ? a.length : different;
  }
}
