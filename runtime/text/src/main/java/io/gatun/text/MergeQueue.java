package io.gatun.text;

import java.util.Arrays;

/**
 * Joins neighbouring symbols until no pair can be joined: always the pair of the lowest rank, the leftmost on a tie.
 * Time is O(n log n) in the number of symbols. Confined to one thread; reusable.
 */
final class MergeQueue {
  static final int NONE = -1;

  /** What the symbols are. */
  interface Pairs {
    /** The rank of joining two neighbours, at least 0, or {@link #NONE}. */
    int rank(int left, int right);

    /** The symbol at {@code left} now covers both. */
    void join(int left, int right);
  }

  private int[] next = new int[0];
  private int[] previous = new int[0];
  /** The rank of the pair that begins at a symbol: an entry of the heap with another rank is outdated. */
  private int[] ranks = new int[0];
  /** A binary heap of {@code rank << 32 | left}, the smallest first. */
  private long[] heap = new long[16];
  private int heapSize;

  /** Joins what can be joined of the symbols 0 to {@code count}, at least one; then walk {@link #next} from 0. */
  void run(int count, Pairs pairs) {
    link(count);
    for (int symbol = 0; symbol < count; symbol++) {
      offer(symbol, pairs);
    }
    while (heapSize > 0) {
      long best = poll();
      int left = (int) best;
      if (ranks[left] == (int) (best >>> 32)) {
        join(left, pairs);
      }
    }
  }

  /** The symbol after this one, {@link #NONE} after the last. */
  int next(int symbol) {
    return next[symbol];
  }

  /** The rank of joining this symbol, of which {@link Pairs#join} has been told, and the one after it. */
  int rank(int symbol) {
    return ranks[symbol];
  }

  private void link(int count) {
    if (next.length < count) {
      int length = Math.max(count, 64);
      next = new int[length];
      previous = new int[length];
      ranks = new int[length];
    }
    for (int symbol = 0; symbol < count; symbol++) {
      next[symbol] = symbol + 1 < count ? symbol + 1 : NONE;
      previous[symbol] = symbol - 1;
    }
    heapSize = 0;
  }

  private void join(int left, Pairs pairs) {
    int right = next[left];
    pairs.join(left, right);
    ranks[right] = NONE;
    next[left] = next[right];
    if (next[left] != NONE) {
      previous[next[left]] = left;
    }
    offer(left, pairs);
    if (previous[left] != NONE) {
      offer(previous[left], pairs);
    }
  }

  private void offer(int left, Pairs pairs) {
    int right = next[left];
    int rank = right == NONE ? NONE : pairs.rank(left, right);
    ranks[left] = rank;
    if (rank != NONE) {
      push((long) rank << 32 | left);
    }
  }

  private void push(long entry) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    int hole = heapSize++;
    while (hole > 0 && heap[(hole - 1) >>> 1] > entry) {
      heap[hole] = heap[(hole - 1) >>> 1];
      hole = (hole - 1) >>> 1;
    }
    heap[hole] = entry;
  }

  private long poll() {
    long best = heap[0];
    long last = heap[--heapSize];
    int hole = 0;
    for (int child = 1; child < heapSize; child = 2 * hole + 1) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = last;
    return best;
  }
}
