package io.gatun.text;

import java.util.Arrays;

/** Finds tokens by their spelling, also within a longer text. Not thread-safe while tokens are added. */
final class TokenIndex {
  static final int NONE = -1;

  private final String[] texts;
  /** Ids in a hash table, {@link #NONE} where it is free. */
  private final int[] slots;
  /** The upper bits of a product say where to begin. */
  private final int shift;

  /** An empty index of tokens that are spelled so. */
  TokenIndex(String[] texts) {
    this.texts = texts;
    this.slots = new int[Integer.highestOneBit(Math.max(8, texts.length)) * 4];
    this.shift = Integer.numberOfLeadingZeros(slots.length) + 1;
    Arrays.fill(slots, NONE);
  }

  /** Adds a token, unless one of the same spelling is there: then returns that, otherwise {@link #NONE}. */
  int add(int id) {
    String text = texts[id];
    int slot = slot(text.hashCode(), text, 0, text.length());
    int there = slots[slot];
    if (there == NONE) {
      slots[slot] = id;
    }
    return there;
  }

  /** The token that is spelled so, {@link #NONE} if there is none. */
  int find(String text) {
    return slots[slot(text.hashCode(), text, 0, text.length())];
  }

  /** The token that is spelled as a part of a text, {@link #NONE} if there is none. */
  int find(String text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return slots[slot(hash, text, from, to)];
  }

  /** @param hash as of {@link String#hashCode} */
  private int slot(int hash, String text, int from, int to) {
    int slot = (hash * 0x9E3779B9) >>> shift;
    while (slots[slot] != NONE && !isSpelled(texts[slots[slot]], text, from, to)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private static boolean isSpelled(String token, String text, int from, int to) {
    return token.length() == to - from && text.regionMatches(from, token, 0, token.length());
  }
}
