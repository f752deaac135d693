package io.gatun.text;

/** Surrogates without a partner, which no encoding can express. */
final class Surrogates {
  private static final char REPLACEMENT = '\uFFFD';

  private Surrogates() {}

  /** The text with each unpaired surrogate replaced by U+FFFD; of the same length. */
  static String paired(String text) {
    int at = firstUnpaired(text, 0);
    if (at < 0) {
      return text;
    }
    var replaced = new StringBuilder(text);
    while (at >= 0) {
      replaced.setCharAt(at, REPLACEMENT);
      at = firstUnpaired(text, at + 1);
    }
    return replaced.toString();
  }

  private static int firstUnpaired(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
