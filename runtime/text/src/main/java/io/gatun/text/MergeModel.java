package io.gatun.text;

import io.gatun.tensors.Utf8Strings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Byte-pair encoding as Hugging Face has it: the characters of a word that are tokens are merged in the order in
 * which the merges were learnt, the leftmost first on a tie; for others there are bytes or the unknown token before
 * anything is merged.
 *
 * <p>Sennrich et al. 2016, arXiv 1508.07909.
 */
final class MergeModel implements WordModel {
  /**
   * How characters become the first symbols.
   *
   * @param unknown the token of a character that is none; empty if such characters are dropped
   * @param fusesUnknown whether several unknown characters in a row are one
   * @param bytesFirst whether such a character becomes the tokens of its bytes, if there are all
   * @param prefix spelled before each character but the first
   * @param suffix spelled behind the last character
   * @param wholeWords whether a word that is a token is taken whole, whatever its merges
   */
  record Options(
      Optional<String> unknown,
      boolean fusesUnknown,
      boolean bytesFirst,
      String prefix,
      String suffix,
      boolean wholeWords) {}

  /** Characters of which the tokens are found once: those that spell bytes are among them. */
  private static final int COMMON = 0x200;

  private final Vocabulary vocabulary;
  private final Utf8Strings merges;
  private final byte separator;
  private final Options options;
  private final int unknown;
  private final Lazy<Tables> tables;

  /**
   * @param merges two symbols each, with a separator between them
   * @param separator a byte that is no part of a symbol
   */
  MergeModel(Vocabulary vocabulary, Utf8Strings merges, byte separator, Options options) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.separator = separator;
    this.options = options;
    this.unknown = options.unknown().map(vocabulary::find).orElse(ByteTokens.NONE);
    int prefixLength = options.prefix().getBytes(StandardCharsets.UTF_8).length;
    this.tables = new Lazy<>(() -> tables(new PairTable(vocabulary, merges, separator, prefixLength)));
  }

  Options options() {
    return options;
  }

  /** The token of a character that is none; negative if such characters are dropped. */
  int unknown() {
    return unknown;
  }

  /**
   * By id, the rank of the first merge that makes the token, where symbols have no prefixes.
   *
   * @param others for tokens that no merge makes
   */
  int[] ranks(int others) {
    var ranks = new int[vocabulary.size()];
    Arrays.fill(ranks, others);
    for (int rank = merges.size() - 1; rank >= 0; rank--) {
      int made = vocabulary.find(joined(merges.bytes(rank)));
      if (made >= 0) {
        ranks[made] = rank;
      }
    }
    return ranks;
  }

  /** What a merge of symbols without prefixes makes. */
  private String joined(byte[] merge) {
    int at = 0;
    while (merge[at] != separator) {
      at++;
    }
    return new String(merge, 0, at, StandardCharsets.UTF_8)
        + new String(merge, at + 1, merge.length - at - 1, StandardCharsets.UTF_8);
  }

  /**
   * What is made on the first use.
   *
   * @param ofByte by byte, its token
   * @param ofCommon by character, its token
   */
  @SuppressWarnings("ArrayRecordComponent") // private, and never compared
  private record Tables(PairTable pairs, int[] ofByte, int[] ofCommon) {}

  private Tables tables(PairTable pairs) {
    var ofCommon = new int[COMMON];
    Arrays.setAll(ofCommon, character -> vocabulary.findOrdinary(Character.toString(character)));
    return new Tables(pairs, ByteTokens.of(vocabulary), ofCommon);
  }

  @Override
  public void encode(String word, IdBuffer ids) {
    int whole = options.wholeWords() ? vocabulary.findOrdinary(word) : ByteTokens.NONE;
    if (whole >= 0) {
      ids.add(whole);
    } else {
      new Word(tables.value()).encode(word, ids);
    }
  }

  /** The symbols of one word, each a token. */
  private final class Word implements MergeQueue.Pairs {
    private final Tables known;
    private final IdBuffer initial = new IdBuffer();
    private final MergeQueue queue = new MergeQueue();
    private int[] symbols = {};
    private boolean pendingUnknown;

    Word(Tables known) {
      this.known = known;
    }

    void encode(String word, IdBuffer ids) {
      for (int at = 0; at < word.length(); ) {
        int end = at + Character.charCount(word.codePointAt(at));
        add(word, at, end);
        at = end;
      }
      flushUnknown();
      symbols = initial.toArray();
      if (symbols.length > 0) {
        queue.run(symbols.length, this);
        for (int symbol = 0; symbol != MergeQueue.NONE; symbol = queue.next(symbol)) {
          ids.add(symbols[symbol]);
        }
      }
    }

    /** An unknown character waits for what follows it, but not for bytes: as Hugging Face has it. */
    private void add(String word, int from, int to) {
      String prefix = from > 0 ? options.prefix() : "";
      String suffix = to == word.length() ? options.suffix() : "";
      boolean plain = prefix.isEmpty() && suffix.isEmpty();
      int character = word.codePointAt(from);
      int token =
          plain && character < COMMON
              ? known.ofCommon()[character]
              : vocabulary.findOrdinary(prefix + word.substring(from, to) + suffix);
      if (token >= 0) {
        flushUnknown();
        initial.add(token);
      } else if (!options.bytesFirst() || !addBytes(prefix + word.substring(from, to) + suffix)) {
        if (!options.fusesUnknown()) {
          flushUnknown();
        }
        pendingUnknown = unknown >= 0;
      }
    }

    private void flushUnknown() {
      if (pendingUnknown) {
        initial.add(unknown);
        pendingUnknown = false;
      }
    }

    private boolean addBytes(String character) {
      byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
      for (byte b : bytes) {
        if (known.ofByte()[b & 0xFF] == ByteTokens.NONE) {
          return false;
        }
      }
      for (byte b : bytes) {
        initial.add(known.ofByte()[b & 0xFF]);
      }
      return true;
    }

    @Override
    public int rank(int left, int right) {
      int rank = known.pairs().rank(symbols[left], symbols[right]);
      return rank != MergeQueue.NONE && known.pairs().merged(rank) < vocabulary.size() ? rank : MergeQueue.NONE;
    }

    @Override
    public void join(int left, int right) {
      symbols[left] = known.pairs().merged(queue.rank(left));
    }
  }
}
