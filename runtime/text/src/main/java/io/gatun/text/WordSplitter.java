package io.gatun.text;

import java.util.List;

/**
 * Cuts text into words by passes, each applied within the pieces of the one before. Takes time in proportion to the text.
 * Thread-safe.
 */
final class WordSplitter {
  private final List<SplitPass> passes;

  WordSplitter(List<SplitPass> passes) {
    this.passes = List.copyOf(passes);
  }

  /** Where each word ends; the first begins at 0 and the last ends with the text. */
  IdBuffer ends(String text) {
    var scratch = new SplitPass.Scratch();
    var ends = new IdBuffer();
    ends.add(text.length());
    for (SplitPass pass : passes) {
      var finer = new IdBuffer();
      int start = 0;
      for (int piece = 0; piece < ends.size(); piece++) {
        pass.cut(text, start, ends.at(piece), scratch, finer);
        start = ends.at(piece);
      }
      ends = finer;
    }
    return ends;
  }
}
