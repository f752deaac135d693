package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a byte-pair vocabulary by their two symbols. A symbol is the token of its spelling, or where there is no
 * such token a number from the vocabulary's size on. Merges that spell a control token are left out: text never becomes one
 * by merging. Immutable after construction, thread-safe.
 */
final class PairTable {
  private static final long EMPTY = -1;
  /** Spelled like no token, and merged with nothing. */
  private static final int STRANGE = Integer.MAX_VALUE;

  private final Vocabulary vocabulary;
  private final long[] keys;
  private final int[] ranks;
  private final int mask;
  private final int[] merged;
  private final Map<String, Integer> others = new HashMap<>();
  private final int[] byteSymbols = new int[256];

  PairTable(Vocabulary vocabulary, List<String> merges) {
    this.vocabulary = vocabulary;
    int slots = Integer.highestOneBit(Math.max(8, merges.size())) * 4;
    this.keys = new long[slots];
    this.ranks = new int[slots];
    this.mask = slots - 1;
    this.merged = new int[merges.size()];
    Arrays.fill(keys, EMPTY);
    for (int b = 0; b < byteSymbols.length; b++) {
      byteSymbols[b] = symbol(Character.toString(ByteAlphabet.character(b)));
    }
    for (int rank = 0; rank < merged.length; rank++) {
      String merge = merges.get(rank);
      int space = space(merge);
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      int token = vocabulary.find(left + right);
      merged[rank] = symbol(left + right);
      if (token < 0 || !vocabulary.isGuarded(token)) {
        put(key(symbol(left), symbol(right)), rank);
      }
    }
  }

  /** @throws FormatException if a merge is not two symbols with a space between them */
  static List<String> checked(Utf8Strings merges, Metadata metadata) {
    for (int rank = 0; rank < merges.size(); rank++) {
      if (merges.indexOf(rank, (byte) ' ', 1) < 0) {
        throw new FormatException(
            "%s: key %s: merge %d is '%s', expected two symbols with a space between them"
                .formatted(metadata.origin(), VocabularyReader.MERGES, rank, merges.get(rank)));
      }
    }
    return merges;
  }

  /** The symbol of one byte. */
  int ofByte(int b) {
    return byteSymbols[b];
  }

  /** The symbol of one character that stands for itself. */
  int ofCharacter(int character) {
    String spelling = Character.toString(character);
    int id = vocabulary.findOrdinary(spelling);
    return id >= 0 ? id : others.getOrDefault(spelling, STRANGE);
  }

  /** The rank of merging two symbols, {@link MergeQueue#NONE} if they do not merge. */
  int rank(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    return keys[slot] == key ? ranks[slot] : MergeQueue.NONE;
  }

  /** The symbol that the merge of a rank makes. */
  int merged(int rank) {
    return merged[rank];
  }

  /** The first of two equal merges counts. */
  private void put(long key, int rank) {
    int slot = slot(key);
    if (keys[slot] == EMPTY) {
      keys[slot] = key;
      ranks[slot] = rank;
    }
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (keys[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  /** A space may begin the left symbol, so the one that separates is not the first character. */
  private static int space(String merge) {
    return merge.indexOf(' ', 1);
  }

  private int symbol(String spelling) {
    int id = vocabulary.findOrdinary(spelling);
    return id >= 0 ? id : others.computeIfAbsent(spelling, absent -> vocabulary.size() + others.size());
  }
}
