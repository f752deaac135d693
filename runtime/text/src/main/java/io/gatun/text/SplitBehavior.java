package io.gatun.text;

import java.util.BitSet;

/** What becomes of the matches when a text is cut at them. */
enum SplitBehavior {
  /** They go. */
  REMOVED {
    @Override
    boolean joins(boolean isMatch, boolean wasMatch) {
      return false;
    }
  },
  /** Each is a piece. */
  ISOLATED {
    @Override
    boolean joins(boolean isMatch, boolean wasMatch) {
      return false;
    }
  },
  /** Neighbours are one piece. */
  CONTIGUOUS {
    @Override
    boolean joins(boolean isMatch, boolean wasMatch) {
      return isMatch == wasMatch;
    }
  },
  /** A match joins the piece before it, unless that ends in a match. */
  MERGED_WITH_PREVIOUS {
    @Override
    boolean joins(boolean isMatch, boolean wasMatch) {
      return isMatch && !wasMatch;
    }
  },
  /** A match joins the piece after it, unless that begins with a match. */
  MERGED_WITH_NEXT {
    @Override
    boolean joins(boolean isMatch, boolean wasMatch) {
      return wasMatch && !isMatch;
    }
  };

  /** Whether a stretch is one piece with the stretch before it. */
  abstract boolean joins(boolean isMatch, boolean wasMatch);

  /**
   * Cuts a word.
   *
   * @param inverted whether what the pattern does not match counts as the matches
   */
  void cut(String word, TextPattern pattern, boolean inverted, Splits.Pieces pieces) {
    var ends = new IdBuffer();
    var matches = new BitSet();
    pattern.find(
        word,
        (from, to) -> {
          if (from > last(ends)) {
            ends.add(from);
          }
          matches.set(ends.size());
          ends.add(to);
        });
    if (word.length() > last(ends)) {
      ends.add(word.length());
    }
    int begin = 0;
    int from = 0;
    for (int i = 0; i < ends.size(); i++) {
      boolean isMatch = matches.get(i) != inverted;
      if (i > 0 && !joins(isMatch, matches.get(i - 1) != inverted)) {
        pieces.add(word, begin, from);
        begin = from;
      }
      from = ends.at(i);
      if (this == REMOVED && isMatch) {
        begin = from;
      }
    }
    pieces.add(word, begin, from);
  }

  private static int last(IdBuffer ends) {
    return ends.size() == 0 ? 0 : ends.at(ends.size() - 1);
  }
}
