package io.gatun.text;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a stretch of a text while pre-tokenizers cut and rewrite them; none is empty. Confined to one thread.
 */
final class Splits {
  /** What a pre-tokenizer makes of one word. */
  interface Cutter {
    void cut(String word, Pieces pieces);
  }

  private List<String> words;
  private boolean begins;
  private final boolean continues;

  /**
   * @param begins whether it begins the whole text
   * @param continues whether it continues another text, so that nothing is put in front of it
   */
  Splits(String text, boolean begins, boolean continues) {
    this.words = List.of(text);
    this.begins = begins;
    this.continues = continues;
  }

  List<String> words() {
    return words;
  }

  /** Puts the pieces that a cutter makes of each word in its place. */
  void each(Cutter cutter) {
    var pieces = new Pieces();
    for (int i = 0; i < words.size(); i++) {
      pieces.ofFirst = i == 0;
      cutter.cut(words.get(i), pieces);
    }
    words = pieces.words;
    begins = pieces.begins;
  }

  /** The pieces of all words. */
  final class Pieces {
    private final List<String> words = new ArrayList<>();
    private boolean ofFirst;
    private boolean begins;

    /** A stretch of the word; nothing happens if it is empty. */
    void add(String word, int from, int to) {
      if (from < to) {
        begins |= words.isEmpty() && from == 0 && beginsText();
        words.add(from == 0 && to == word.length() ? word : word.substring(from, to));
      }
    }

    void add(String word) {
      add(word, 0, word.length());
    }

    /** Whether the word that is being cut begins the whole text. */
    boolean beginsText() {
      return ofFirst && Splits.this.begins;
    }

    /** Whether nothing may be put in front of the word that is being cut. */
    boolean continuesText() {
      return ofFirst && continues;
    }
  }
}
