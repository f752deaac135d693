package io.gatun.text;

import java.io.ByteArrayOutputStream;

/**
 * Removes the spaces that word tokenizers leave before punctuation, in three passes over the whole text: before
 * {@code ? ! . ,}; on both sides of a lone apostrophe; before {@code 's 'm 're 've}.
 *
 * <p>This is {@code clean_up_tokenization_spaces} as llama.cpp has it: {@code n't}, {@code 'd}, {@code 'll} stay.
 */
final class SpaceCleanUp {
  private SpaceCleanUp() {}

  static byte[] of(byte[] text) {
    return joinContractions(joinApostrophes(joinPunctuation(text)));
  }

  private static byte[] joinPunctuation(byte[] text) {
    var out = new Joined(text.length);
    for (int i = 0; i < text.length; i++) {
      if (i > 0 && text[i - 1] == ' ' && "?!.,".indexOf(text[i]) >= 0) {
        out.dropLast();
      }
      out.write(text[i]);
    }
    return out.toByteArray();
  }

  private static byte[] joinApostrophes(byte[] text) {
    var out = new Joined(text.length);
    int afterJoin = -1;
    for (int i = 0; i < text.length; i++) {
      boolean lone = i > 0 && i != afterJoin && text[i - 1] == ' ' && text[i] == '\'' && at(text, i + 1) == ' ';
      if (lone) {
        out.dropLast();
      }
      out.write(text[i]);
      if (lone) {
        i++;
        afterJoin = i + 1;
      }
    }
    return out.toByteArray();
  }

  private static byte[] joinContractions(byte[] text) {
    var out = new Joined(text.length);
    for (int i = 0; i < text.length; i++) {
      if (i > 0 && text[i - 1] == ' ' && text[i] == '\'' && isContraction(text, i + 1)) {
        out.dropLast();
      }
      out.write(text[i]);
    }
    return out.toByteArray();
  }

  private static boolean isContraction(byte[] text, int at) {
    int first = at(text, at);
    return first == 's' || first == 'm' || ((first == 'r' || first == 'v') && at(text, at + 1) == 'e');
  }

  private static int at(byte[] text, int index) {
    return index < text.length ? text[index] : -1;
  }

  /** Output that can take its last byte back. */
  private static final class Joined extends ByteArrayOutputStream {
    Joined(int size) {
      super(size);
    }

    void dropLast() {
      count--;
    }
  }
}
