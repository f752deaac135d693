package io.gatun.text;

import java.util.Arrays;

/** One pass of cutting a text into words. Immutable or thread-safe. */
sealed interface SplitPass permits SplitPattern, DigitGroups {

  /**
   * Cuts the piece of {@code text} from {@code from} to {@code to}, which is not empty, into smaller ones.
   *
   * @param ends where each piece ends is added here, in order; the last is {@code to}
   */
  void cut(String text, int from, int to, Scratch scratch, IdBuffer ends);

  /** Takes what a search finds. */
  interface MatchSink {
    void match(int from, int to);
  }

  /** Memory that all passes over a text share. Confined to one thread. */
  final class Scratch {
    private SplitPattern.Place[] places = {};

    /** At least {@code length} places, whatever they were. */
    SplitPattern.Place[] places(int length) {
      if (places.length < length) {
        places = Arrays.copyOf(places, length);
      }
      return places;
    }
  }
}
