package io.gatun.engine;

/**
 * A logit and its token in one {@code long}: ascending order is descending logits, ties to the lower id. And what is done
 * with arrays of them.
 */
final class SortableLogit {
  private SortableLogit() {}

  /** @param logit not NaN; −0 counts as +0 */
  static long key(float logit, int id) {
    int bits = Float.floatToRawIntBits(logit + 0f);
    int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ~ascending << 32 | id;
  }

  static int id(long key) {
    return (int) key;
  }

  static float logit(long key) {
    int ascending = ~(int) (key >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & Integer.MAX_VALUE));
  }

  /** Moves the smallest of {@code keys[from..length)} to {@code keys[from..to)} (quickselect, median of three). */
  static void select(long[] keys, int from, int to, int length) {
    int first = from;
    int last = length - 1;
    while (first < last) {
      long pivot = median(keys[first], keys[(first + last) >>> 1], keys[last]);
      int i = first;
      int j = last;
      while (i <= j) {
        while (keys[i] < pivot) {
          i++;
        }
        while (keys[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swap = keys[i];
          keys[i++] = keys[j];
          keys[j--] = swap;
        }
      }
      if (to - 1 <= j) {
        last = j;
      } else if (to - 1 >= i) {
        first = i;
      } else {
        return;
      }
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /** Adds to a heap of {@code size} keys, the largest on top. */
  static void push(long[] heap, int size, long key) {
    int at = size;
    while (at > 0 && heap[(at - 1) / 2] < key) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = key;
  }

  /** Puts a key in the place of the largest one. */
  static void replaceTop(long[] heap, int size, long key) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      child += child + 1 < size && heap[child + 1] > heap[child] ? 1 : 0;
      if (heap[child] <= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}
