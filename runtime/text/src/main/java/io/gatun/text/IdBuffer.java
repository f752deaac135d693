package io.gatun.text;

import java.util.Arrays;

/** A growing array of ints. Confined to one thread. */
final class IdBuffer {
  private int[] items = new int[16];
  private int size;

  void add(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = item;
  }

  /** Takes all but the first {@code length} items away. */
  void truncate(int length) {
    size = length;
  }

  int size() {
    return size;
  }

  int at(int index) {
    return items[index];
  }

  int[] toArray() {
    return Arrays.copyOf(items, size);
  }
}
