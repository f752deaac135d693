package io.gatun.text;

import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;

/** Finds tokens by the bytes of their spelling, also within a longer text. Not thread-safe while tokens are added. */
final class TokenIndex {
  static final int NONE = -1;

  private static final int FREE = 0;

  private final Utf8Strings tokens;
  /** By id. */
  private final int[] hashes;
  /** Ids, each plus 1, in a hash table. */
  private final int[] slots;
  /** The upper bits of a product say where to begin. */
  private final int shift;

  /** An empty index of tokens that are spelled so. */
  TokenIndex(Utf8Strings tokens) {
    this.tokens = tokens;
    this.hashes = new int[tokens.size()];
    this.slots = new int[Integer.highestOneBit(Math.max(8, tokens.size())) * 4];
    this.shift = Integer.numberOfLeadingZeros(slots.length) + 1;
  }

  /** Adds a token, unless one of the same spelling is there: then returns that, otherwise {@link #NONE}. */
  int add(int id) {
    int hash = tokens.hash(id, 0, tokens.length(id));
    hashes[id] = hash;
    int slot = first(hash);
    while (slots[slot] != FREE) {
      int there = slots[slot] - 1;
      if (hashes[there] == hash && isSpelled(there, tokens.bytes(id), 0, tokens.length(id))) {
        return there;
      }
      slot = after(slot);
    }
    slots[slot] = id + 1;
    return NONE;
  }

  /** The token that is spelled so, {@link #NONE} if there is none. */
  int find(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int id = find(bytes, 0, bytes.length);
    // A surrogate without its partner has become a question mark.
    return id != NONE && tokens.get(id).equals(text) ? id : NONE;
  }

  /** The token that is spelled as a part of a text in UTF-8, {@link #NONE} if there is none. */
  int find(byte[] text, int from, int to) {
    int hash = Utf8Strings.hash(text, from, to);
    for (int slot = first(hash); slots[slot] != FREE; slot = after(slot)) {
      int id = slots[slot] - 1;
      if (hashes[id] == hash && isSpelled(id, text, from, to)) {
        return id;
      }
    }
    return NONE;
  }

  /** The {@link Utf8Strings#hash} of a token's spelling. */
  int hash(int id) {
    return hashes[id];
  }

  private int first(int hash) {
    return (hash * 0x9E3779B9) >>> shift;
  }

  private int after(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  private boolean isSpelled(int id, byte[] text, int from, int to) {
    return tokens.length(id) == to - from && tokens.matches(id, 0, text, from, to);
  }
}
