package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
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

  private final int unknown;
  private final boolean prefixes;
  private final boolean mergesSpaces;
  private final Optional<NormalizationMap> normalization;
  private final Lazy<Tables> tables;

  /** @throws FormatException if the vocabulary has no unknown token, or its normalization is malformed */
  Unigram(Vocabulary vocabulary, Metadata metadata) {
    this.unknown = vocabulary.unknown(metadata);
    this.prefixes = metadata.optionalBool(Tokenizer.ADD_SPACE_PREFIX).orElse(false);
    this.mergesSpaces = metadata.optionalBool(VocabularyReader.PREFIX + "remove_extra_whitespaces").orElse(false);
    this.normalization = NormalizationMap.of(metadata);
    this.tables = new Lazy<>(() -> Tables.of(vocabulary, unknown));
  }

  /**
   * What is derived from the vocabulary on the first use.
   *
   * @param userDefined their bytes are never normalized
   */
  private record Tables(UnigramLattice lattice, ByteTrie userDefined) {

    static Tables of(Vocabulary vocabulary, int unknown) {
      var tokens = new ByteTrie();
      var userDefined = new ByteTrie();
      var scores = new double[vocabulary.size()];
      float lowest = Float.MAX_VALUE;
      for (int id = 0; id < vocabulary.size(); id++) {
        TokenType type = vocabulary.type(id);
        byte[] spelling = vocabulary.bytes(id);
        scores[id] = type == TokenType.USER_DEFINED ? 0 : vocabulary.score(id);
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
      return new Tables(new UnigramLattice(tokens, scores, unknown, lowest), userDefined);
    }
  }

  @Override
  public byte[] decode(String spelling) {
    return spelling.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    byte[] normalized = normalized(text.getBytes(StandardCharsets.UTF_8));
    tables.value().lattice().encode(normalized, ids, (from, to) -> ids.add(unknown));
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
      verbatim = UnigramLattice.width(text, at);
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
}
