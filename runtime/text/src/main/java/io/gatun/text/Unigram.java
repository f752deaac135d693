package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A unigram language model: of all ways to cut the normalized text into tokens the one whose log probabilities have the
 * highest sum. A character that no token covers is unknown, and several in a row are one unknown token.
 *
 * <p>Kudo 2018, arXiv 1804.10959; the search is Viterbi's, from left to right.
 */
final class Unigram implements Segmenter {
  private static final byte[] SPACE_BYTES = Character.toString(SPACE).getBytes(StandardCharsets.UTF_8);
  private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);
  /** How much less likely than the least likely token a character is that no token covers. */
  private static final float UNKNOWN_PENALTY = 10;

  private final Vocabulary vocabulary;
  private final int unknown;
  private final boolean prefixes;
  private final boolean mergesSpaces;
  private final Optional<NormalizationMap> normalization;
  private final Lazy<Tables> tables;

  /** @throws FormatException if the vocabulary has no unknown token, or its normalization is malformed */
  Unigram(Vocabulary vocabulary, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.unknown = vocabulary.unknown(metadata);
    this.prefixes = metadata.optionalBool(Tokenizer.ADD_SPACE_PREFIX).orElse(false);
    this.mergesSpaces = metadata.optionalBool(VocabularyReader.PREFIX + "remove_extra_whitespaces").orElse(false);
    this.normalization = NormalizationMap.of(metadata);
    this.tables = new Lazy<>(() -> Tables.of(vocabulary));
  }

  /**
   * What is derived from the vocabulary on the first use.
   *
   * @param userDefined their bytes are never normalized
   */
  private record Tables(ByteTrie tokens, ByteTrie userDefined, float unknownScore) {

    static Tables of(Vocabulary vocabulary) {
      var tokens = new ByteTrie();
      var userDefined = new ByteTrie();
      float lowest = Float.MAX_VALUE;
      for (int id = 0; id < vocabulary.size(); id++) {
        TokenType type = vocabulary.type(id);
        byte[] spelling = vocabulary.bytes(id);
        if (type == TokenType.NORMAL) {
          lowest = Math.min(lowest, vocabulary.score(id));
        }
        boolean matches = type == TokenType.NORMAL || type == TokenType.USER_DEFINED || type == TokenType.UNUSED;
        if (matches && !vocabulary.isGuarded(id)) {
          tokens.add(spelling, id);
        }
        if (type == TokenType.USER_DEFINED) {
          userDefined.add(spelling, id);
        }
      }
      return new Tables(tokens, userDefined, lowest - UNKNOWN_PENALTY);
    }
  }

  @Override
  public byte[] decode(String spelling) {
    return spelling.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    byte[] normalized = normalized(text.getBytes(StandardCharsets.UTF_8));
    if (normalized.length > 0) {
      new Search(normalized).appendBest(ids);
    }
  }

  /** A text before the search; a space is spelled U+2581. */
  private byte[] normalized(byte[] text) {
    var plain = new ByteBuilder(text.length);
    var spelled = new ByteBuilder(text.length + text.length / 2);
    for (int at = 0; at < text.length; ) {
      at += normalize(text, at, plain);
    }
    boolean prefix = prefixes;
    boolean inWord = false;
    for (byte b : plain.toByteArray()) {
      if (b == ' ') {
        inWord = false;
        if (!mergesSpaces) {
          spelled.add(SPACE_BYTES);
        }
      } else {
        if (!inWord && (prefix || mergesSpaces)) {
          spelled.add(SPACE_BYTES);
          prefix = false;
        }
        inWord = true;
        spelled.add(b);
      }
    }
    return spelled.toByteArray();
  }

  /** Appends what a character or several become; returns how many bytes they are. */
  private int normalize(byte[] text, int at, ByteBuilder out) {
    int verbatim = userDefined(text, at);
    if (verbatim == 0) {
      int replaced = normalization.isPresent() ? normalization.get().replace(text, at, out) : 0;
      if (replaced > 0) {
        return replaced;
      }
      verbatim = width(text, at);
      if (verbatim == 1 && text[at] < 0) {
        out.add(REPLACEMENT);
        return 1;
      }
    }
    for (int i = 0; i < verbatim; i++) {
      out.add(text[at + i]);
    }
    return verbatim;
  }

  /** How many bytes at a place begin a user-defined token: also the begin of one is left alone, as in llama.cpp. */
  private int userDefined(byte[] text, int from) {
    ByteTrie known = tables.value().userDefined();
    int node = ByteTrie.ROOT;
    int at = from;
    while (at < text.length && (node = known.child(node, text[at])) != ByteTrie.NONE) {
      at++;
    }
    return at - from;
  }

  /** The bytes of the character at a place, 1 within a character. */
  private static int width(byte[] text, int at) {
    int first = text[at] & 0xFF;
    int width = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return Math.min(width, text.length - at);
  }

  /** The best way to each place of one text. */
  private final class Search {
    private final Tables known = tables.value();
    private final byte[] text;
    private final double[] scores;
    /** The last token on the best way to each place, and where that token begins. */
    private final int[] tokens;
    private final int[] begins;

    Search(byte[] text) {
      this.text = text;
      this.scores = new double[text.length + 1];
      this.tokens = new int[text.length + 1];
      this.begins = new int[text.length + 1];
      Arrays.fill(scores, -Double.MAX_VALUE);
      Arrays.fill(tokens, unknown);
      scores[0] = 0;
      for (int from = 0; from < text.length; ) {
        int width = width(text, from);
        if (!extend(from, width)) {
          offer(from, from + width, unknown, known.unknownScore());
        }
        from += width;
      }
    }

    /** Offers every token that begins at a place; returns whether one is exactly its character. */
    private boolean extend(int from, int width) {
      boolean covered = false;
      int node = ByteTrie.ROOT;
      for (int at = from; at < text.length; at++) {
        node = known.tokens().child(node, text[at]);
        if (node == ByteTrie.NONE) {
          break;
        }
        int token = known.tokens().token(node);
        if (token != ByteTrie.NONE) {
          covered |= at + 1 - from == width;
          boolean userDefined = vocabulary.type(token) == TokenType.USER_DEFINED;
          offer(from, at + 1, token, userDefined ? 0 : vocabulary.score(token));
        }
      }
      return covered;
    }

    private void offer(int from, int to, int token, float score) {
      double sum = scores[from] + score;
      if (sum > scores[to]) {
        scores[to] = sum;
        tokens[to] = token;
        begins[to] = from;
      }
    }

    void appendBest(IdBuffer ids) {
      var reversed = new IdBuffer();
      boolean afterUnknown = false;
      for (int at = text.length; at > 0; at = begins[at]) {
        boolean isUnknown = tokens[at] == unknown;
        if (!isUnknown || !afterUnknown) {
          reversed.add(tokens[at]);
        }
        afterUnknown = isUnknown;
      }
      for (int i = reversed.size() - 1; i >= 0; i--) {
        ids.add(reversed.at(i));
      }
    }
  }
}
