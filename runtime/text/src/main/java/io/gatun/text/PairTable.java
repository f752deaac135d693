package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The merges of a byte-pair vocabulary by their two symbols. A symbol is the token of its spelling, or where there is no
 * such token a number from the vocabulary's size on. Merges that spell a control token are left out: text never becomes one
 * by merging.
 *
 * <p>At first only the hashes of the merges' two spellings are known; which symbols they are is found out when a text first
 * has a pair of these hashes. Thread-safe.
 */
final class PairTable {
  private static final int FREE = 0;
  private static final int CHARACTERS = Character.MAX_CODE_POINT + 1;

  /** The symbols of a merge, and the one that it makes; {@link MergeQueue#NONE} where text must not become that. */
  private record Merge(int left, int right, int made) {}

  private final Vocabulary vocabulary;
  private final Utf8Strings merges;
  private final byte separator;
  /** How many bytes of a right symbol are not a part of what the merge makes. */
  private final int prefixLength;
  /** {@code hash << 32 | rank + 1} in a hash table, the first of equal merges alone. */
  private final long[] slots;
  /** The upper bits of a product say where to begin. */
  private final int shift;
  /** By rank, those that a text has asked for. */
  private final AtomicReferenceArray<Merge> known;
  /** Symbols of several characters that are no tokens; those of one are its number, from the vocabulary's size on. */
  private final Map<String, Integer> others = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> otherHashes = new ConcurrentHashMap<>();
  private final int[] byteSymbols = new int[ByteTokens.COUNT];

  /** @param merges as {@link #checked} */
  PairTable(Vocabulary vocabulary, Utf8Strings merges) {
    this(vocabulary, merges, (byte) ' ', 0);
  }

  /**
   * @param merges two symbols each, with a separator between them
   * @param prefixLength how many bytes of a right symbol are not a part of what the merge makes
   */
  PairTable(Vocabulary vocabulary, Utf8Strings merges, byte separator, int prefixLength) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.separator = separator;
    this.prefixLength = prefixLength;
    this.slots = new long[Integer.highestOneBit(Math.max(8, merges.size())) * 4];
    this.shift = Integer.numberOfLeadingZeros(slots.length) + 1;
    this.known = new AtomicReferenceArray<>(merges.size());
    Arrays.setAll(byteSymbols, b -> symbol(utf8(ByteAlphabet.character(b))));
    for (int rank = 0; rank < merges.size(); rank++) {
      add(rank);
    }
  }

  /** @throws FormatException if a merge is not two symbols with a space between them */
  static Utf8Strings checked(Utf8Strings merges, Metadata metadata) {
    for (int rank = 0; rank < merges.size(); rank++) {
      if (separatorAt(merges, rank, (byte) ' ') < 0) {
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

  /** The symbol of one character that stands for itself, of which a text has the UTF-8. */
  int ofCharacter(int character, byte[] text, int from, int to) {
    int id = vocabulary.findOrdinary(text, from, to);
    return id >= 0 ? id : vocabulary.size() + character;
  }

  /** The rank of merging two symbols, {@link MergeQueue#NONE} if they do not merge. */
  int rank(int left, int right) {
    int hash = hash(hash(left), hash(right));
    for (int slot = first(hash); slots[slot] != FREE; slot = after(slot)) {
      if ((int) (slots[slot] >>> Integer.SIZE) == hash) {
        int rank = (int) slots[slot] - 1;
        Merge merge = merge(rank);
        if (merge.left() == left && merge.right() == right) {
          return merge.made() == MergeQueue.NONE ? MergeQueue.NONE : rank;
        }
      }
    }
    return MergeQueue.NONE;
  }

  /** The symbol that the merge of a rank makes. */
  int merged(int rank) {
    return merge(rank).made();
  }

  private void add(int rank) {
    int space = separatorAt(merges, rank, separator);
    int hash = hash(merges.hash(rank, 0, space), merges.hash(rank, space + 1, merges.length(rank)));
    int slot = first(hash);
    while (slots[slot] != FREE) {
      int there = (int) slots[slot] - 1;
      if ((int) (slots[slot] >>> Integer.SIZE) == hash && Arrays.equals(merges.bytes(there), merges.bytes(rank))) {
        return;
      }
      slot = after(slot);
    }
    slots[slot] = ((long) hash << Integer.SIZE) | (rank + 1);
  }

  private Merge merge(int rank) {
    Merge merge = known.getAcquire(rank);
    if (merge == null) {
      merge = find(rank);
      known.setRelease(rank, merge);
    }
    return merge;
  }

  private Merge find(int rank) {
    byte[] bytes = merges.bytes(rank);
    int space = separatorAt(merges, rank, separator);
    byte[] left = Arrays.copyOf(bytes, space);
    byte[] right = Arrays.copyOfRange(bytes, space + 1, bytes.length);
    int added = Math.max(0, right.length - prefixLength);
    byte[] both = Arrays.copyOf(left, space + added);
    System.arraycopy(right, right.length - added, both, space, added);
    int token = vocabulary.find(both, 0, both.length);
    boolean guarded = token >= 0 && vocabulary.isGuarded(token);
    return new Merge(symbol(left), symbol(right), guarded ? MergeQueue.NONE : symbol(both));
  }

  /** A space may begin the left symbol, so the one that separates is not the first byte. */
  private static int separatorAt(Utf8Strings merges, int rank, byte separator) {
    return merges.indexOf(rank, separator, 1);
  }

  private int symbol(byte[] spelling) {
    int id = vocabulary.findOrdinary(spelling, 0, spelling.length);
    if (id >= 0) {
      return id;
    }
    String text = new String(spelling, StandardCharsets.UTF_8);
    return text.codePointCount(0, text.length()) == 1
        ? vocabulary.size() + text.codePointAt(0)
        : others.computeIfAbsent(text, absent -> other(spelling));
  }

  /** A new symbol. */
  private synchronized int other(byte[] spelling) {
    int symbol = vocabulary.size() + CHARACTERS + otherHashes.size();
    otherHashes.put(symbol, Utf8Strings.hash(spelling, 0, spelling.length));
    return symbol;
  }

  private int hash(int symbol) {
    if (symbol < vocabulary.size()) {
      return vocabulary.hash(symbol);
    }
    int character = symbol - vocabulary.size();
    if (character < CHARACTERS) {
      byte[] spelling = utf8(character);
      return Utf8Strings.hash(spelling, 0, spelling.length);
    }
    return Objects.requireNonNull(otherHashes.get(symbol));
  }

  private static byte[] utf8(int character) {
    return Character.toString(character).getBytes(StandardCharsets.UTF_8);
  }

  private static int hash(int left, int right) {
    return 31 * left + right;
  }

  private int first(int hash) {
    return (hash * 0x9E3779B9) >>> shift;
  }

  private int after(int slot) {
    return (slot + 1) & (slots.length - 1);
  }
}
