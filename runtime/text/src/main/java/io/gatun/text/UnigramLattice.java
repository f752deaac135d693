package io.gatun.text;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The search of a unigram language model: of all ways to cut a text into tokens the one whose log probabilities have
 * the highest sum, by Viterbi's algorithm from left to right. A character that no token covers is unknown. Immutable.
 */
final class UnigramLattice {
  /** How much less likely than the least likely token a character is that no token covers. */
  private static final float UNKNOWN_PENALTY = 10;

  /** Takes stretches of a text that no tokens cover. */
  interface Unknown {
    void append(int from, int to);
  }

  private final ByteTrie tokens;
  private final double[] scores;
  private final int unknown;
  private final double unknownScore;

  /**
   * @param tokens those that a text may become, by their bytes
   * @param scores by id
   * @param lowest the lowest score
   */
  UnigramLattice(ByteTrie tokens, double[] scores, int unknown, double lowest) {
    this.tokens = tokens;
    this.scores = scores;
    this.unknown = unknown;
    this.unknownScore = lowest - UNKNOWN_PENALTY;
  }

  /** Of those tokens that text of a stranger may become, and that {@code spelled} accepts. */
  static UnigramLattice of(Vocabulary vocabulary, double[] scores, int unknown, IntPredicate spelled) {
    double lowest = IntStream.range(0, scores.length).filter(spelled).mapToDouble(id -> scores[id]).min().orElse(0);
    return new UnigramLattice(vocabulary.ordinaryTokens(spelled), scores, unknown, lowest);
  }

  /** The bytes of the character at a place, 1 within a character. */
  static int width(byte[] text, int at) {
    int first = text[at] & 0xFF;
    int width = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return Math.min(width, text.length - at);
  }

  /** Appends the tokens of the best way; each longest stretch of unknown characters goes to {@code unknowns}. */
  void encode(byte[] text, IdBuffer ids, Unknown unknowns) {
    new Search(text).append(ids, unknowns);
  }

  /** The best way to each place of one text. */
  private final class Search {
    private final byte[] text;
    private final double[] sums;
    /** The last token on the best way to each place, and where that token begins. */
    private final int[] last;
    private final int[] begins;

    Search(byte[] text) {
      this.text = text;
      this.sums = new double[text.length + 1];
      this.last = new int[text.length + 1];
      this.begins = new int[text.length + 1];
      Arrays.fill(sums, -Double.MAX_VALUE);
      Arrays.fill(last, unknown);
      sums[0] = 0;
      for (int from = 0; from < text.length; ) {
        int width = width(text, from);
        if (!extend(from, width)) {
          offer(from, from + width, unknown, unknownScore);
        }
        from += width;
      }
    }

    /** Offers every token that begins at a place; returns whether one is exactly its character. */
    private boolean extend(int from, int width) {
      boolean covered = false;
      int node = ByteTrie.ROOT;
      for (int at = from; at < text.length; at++) {
        node = tokens.child(node, text[at]);
        if (node == ByteTrie.NONE) {
          break;
        }
        int token = tokens.token(node);
        if (token != ByteTrie.NONE) {
          covered |= at + 1 - from == width;
          offer(from, at + 1, token, scores[token]);
        }
      }
      return covered;
    }

    private void offer(int from, int to, int token, double score) {
      double sum = sums[from] + score;
      if (sum > sums[to]) {
        sums[to] = sum;
        last[to] = token;
        begins[to] = from;
      }
    }

    void append(IdBuffer ids, Unknown unknowns) {
      var reversed = new IdBuffer();
      for (int at = text.length; at > 0; at = begins[at]) {
        reversed.add(at);
      }
      int unknownFrom = 0;
      for (int i = reversed.size() - 1; i >= 0; i--) {
        int to = reversed.at(i);
        boolean next = i > 0 && last[reversed.at(i - 1)] == unknown;
        if (last[to] != unknown) {
          ids.add(last[to]);
          unknownFrom = to;
        } else if (!next) {
          unknowns.append(unknownFrom, to);
          unknownFrom = to;
        }
      }
    }
  }
}
