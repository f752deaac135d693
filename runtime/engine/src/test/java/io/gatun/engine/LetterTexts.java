package io.gatun.engine;

import java.util.List;

/** A vocabulary of single characters: a is 0, b is 1, …; newline is 26, colon 27; the end of text is 1. */
final class LetterTexts implements TokenTexts {
  static final int NEWLINE = 26;
  static final int COLON = 27;

  @Override
  public byte[] piece(int id) {
    return new byte[] {(byte) (id == NEWLINE ? '\n' : id == COLON ? ':' : 'a' + id)};
  }

  @Override
  public Iterable<Integer> endOfGeneration() {
    return List.of(1);
  }

  /** The ids of a text of such characters. */
  static int[] ids(String text) {
    return text.chars().map(c -> c == '\n' ? NEWLINE : c == ':' ? COLON : c - 'a').toArray();
  }
}
