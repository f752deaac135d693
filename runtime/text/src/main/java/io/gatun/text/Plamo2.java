package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The tokenizer of PLaMo 2: of all ways to cut the text into tokens the one whose scores, as whole multiples of 0.0001, have
 * the highest sum; of equal ones the one with the longest token first. A character that no token covers becomes its bytes,
 * which cost as much as a score of −1000.
 *
 * <p>The search goes from right to left.
 */
final class Plamo2 implements Segmenter {
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final int SCALE = 10_000;
  private static final long NO_SCORE = -2000L * SCALE;
  private static final long BYTES_SCORE = -1000L * SCALE;
  private static final int BYTES = -1;

  private final Vocabulary vocabulary;
  private final int[] byteTokens;
  private final Lazy<ByteTrie> trie;

  /** @throws FormatException if the vocabulary lacks the token of a byte */
  Plamo2(Vocabulary vocabulary, Metadata metadata) {
    this.vocabulary = vocabulary;
    this.byteTokens = ByteTokens.of(vocabulary);
    for (int b = 0; b < byteTokens.length; b++) {
      if (byteTokens[b] == ByteTokens.NONE) {
        throw new FormatException(
            "%s: key %s has no token %s, expected one for each byte"
                .formatted(metadata.origin(), VocabularyReader.TOKENS, ByteTokens.spelling(b)));
      }
    }
    this.trie = new Lazy<>(this::plant);
  }

  private ByteTrie plant() {
    var planted = new ByteTrie();
    for (int id = 0; id < vocabulary.size(); id++) {
      boolean scored = score(id) > NO_SCORE;
      if (scored && vocabulary.type(id) != TokenType.BYTE && !vocabulary.isGuarded(id)) {
        planted.add(vocabulary.bytes(id), id);
      }
    }
    return planted;
  }

  private long score(int id) {
    float score = vocabulary.score(id);
    if (!Float.isFinite(score)) {
      return NO_SCORE;
    }
    double scaled = score * (double) SCALE;
    return scaled < 0 ? -Math.round(-scaled) : Math.round(scaled);
  }

  @Override
  public byte[] decode(String spelling) {
    return spelling.getBytes(StandardCharsets.UTF_8);
  }

  /** All types but bytes are spelled alike. */
  @Override
  public byte[] render(TokenType type, String spelling) {
    return type == TokenType.BYTE ? new byte[] {ByteTokens.value(spelling)} : decode(spelling);
  }

  @Override
  public void encode(String text, IdBuffer ids) {
    String marked = text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    byte[] bytes = marked.getBytes(StandardCharsets.UTF_8);
    var costs = new long[bytes.length + 1];
    var tokens = new int[bytes.length];
    var ends = new int[bytes.length];
    int end = bytes.length;
    for (int from = bytes.length - 1; from >= 0; from--) {
      if (isBegin(bytes[from])) {
        search(bytes, from, end, costs, tokens, ends);
        end = from;
      }
    }
    for (int at = 0; at < bytes.length; at = ends[at]) {
      if (tokens[at] == BYTES) {
        for (byte b : Arrays.copyOfRange(bytes, at, ends[at])) {
          ids.add(byteTokens[b & 0xFF]);
        }
      } else {
        ids.add(tokens[at]);
      }
    }
  }

  /** Finds the cheapest way from a place to the end, by the cheapest ways from all later ones. */
  private void search(byte[] bytes, int from, int characterEnd, long[] costs, int[] tokens, int[] ends) {
    ByteTrie known = trie.value();
    costs[from] = costs[characterEnd] - BYTES_SCORE;
    tokens[from] = BYTES;
    ends[from] = characterEnd;
    int node = ByteTrie.ROOT;
    for (int at = from; at < bytes.length; at++) {
      node = known.child(node, bytes[at]);
      if (node == ByteTrie.NONE) {
        break;
      }
      int token = known.token(node);
      if (token != ByteTrie.NONE && costs[at + 1] - score(token) <= costs[from]) {
        costs[from] = costs[at + 1] - score(token);
        tokens[from] = token;
        ends[from] = at + 1;
      }
    }
  }

  private static boolean isBegin(byte b) {
    return (b & 0xC0) != 0x80;
  }
}
