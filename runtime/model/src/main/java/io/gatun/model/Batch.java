package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.KvRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Tokens that go through the model together: runs of tokens, each continuing a sequence. Reusable after {@link #clear}.
 * Used by one thread.
 */
public final class Batch {

  /** Some tokens that continue a sequence. */
  private record Run(KvCache cache, int from, int to) {}

  private final List<Run> runs = new ArrayList<>();
  private int[] ids = new int[64];
  private boolean[] marked = new boolean[64];
  private int size;
  private int placed;

  /** An empty batch. */
  public Batch() {}

  /** Which tokens of a run need logits. */
  public enum Logits {
    NONE,
    LAST,
    ALL
  }

  /**
   * Adds tokens after those that {@code cache} has.
   *
   * @param cache not in this batch already
   * @param tokens of which {@code [from, to)} are added, at least one
   * @return the row of the first of them
   */
  public int add(KvCache cache, int[] tokens, int from, int to, Logits logits) {
    int count = to - from;
    if (count < 1 || from < 0 || to > tokens.length) {
      throw new IllegalArgumentException("tokens %d to %d of %d".formatted(from, to, tokens.length));
    }
    if (size + count > ids.length) {
      int capacity = Math.max(size + count, 2 * ids.length);
      ids = Arrays.copyOf(ids, capacity);
      marked = Arrays.copyOf(marked, capacity);
    }
    int first = size;
    System.arraycopy(tokens, from, ids, first, count);
    Arrays.fill(marked, first, first + count, logits == Logits.ALL);
    marked[first + count - 1] = logits != Logits.NONE;
    size += count;
    runs.add(new Run(cache, first, size));
    return first;
  }

  /** Tokens in it. */
  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
    placed = 0;
    runs.clear();
  }

  int[] ids() {
    return Arrays.copyOf(ids, size);
  }

  /** The rows that need logits, ascending. */
  int[] markedRows() {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += marked[i] ? 1 : 0;
    }
    var rows = new int[count];
    for (int i = 0, next = 0; i < size; i++) {
      if (marked[i]) {
        rows[next++] = i;
      }
    }
    return rows;
  }

  /** Makes room in the caches and fills in where each row stands; in case of failure {@link #unplace} takes it back. */
  void place(KvRows at, ModelSpec.Sight sight) {
    placed = 0;
    for (Run run : runs) {
      int position = run.cache().length();
      if (sight == ModelSpec.Sight.ALL && position != 0) {
        throw new IllegalArgumentException("tokens that see all others, expected all of them in one batch");
      }
      run.cache().append(run.to() - run.from());
      placed++;
      for (int row = run.from(); row < run.to(); row++) {
        at.pages()[row] = run.cache().table();
        at.positions()[row] = position++;
        at.ends()[row] =
            switch (sight) {
              case CAUSAL -> position;
              case ALL -> run.cache().length();
            };
      }
    }
  }

  /** The state of each row's sequence, for models that have one; after {@link #place}. */
  List<Buffer> states() {
    var states = new ArrayList<Buffer>();
    for (Run run : runs) {
      states.addAll(Collections.nCopies(run.to() - run.from(), run.cache().state()));
    }
    return states;
  }

  /** Takes back what {@link #place} counted. */
  void unplace() {
    for (Run run : runs.subList(0, placed)) {
      run.cache().truncate(run.cache().reusable(run.cache().length() - (run.to() - run.from())));
    }
    placed = 0;
  }
}
