package io.gatun.text;

import java.util.BitSet;

/**
 * A stretch of a text on its way through the normalizers: what it is now, which of its characters a stranger wrote, and
 * whether its first character is still the first of the whole text. Confined to one thread.
 */
final class NormalizedText {
  private String text;
  private BitSet untrusted;
  private boolean begins;
  private final boolean continues;
  private final boolean ends;

  /**
   * @param untrusted the characters that must not be a part of a control token
   * @param begins whether it begins the whole text
   * @param continues whether it continues another text, so that nothing is put in front of it
   * @param ends whether it ends the whole text
   */
  NormalizedText(String text, BitSet untrusted, boolean begins, boolean continues, boolean ends) {
    this.text = text;
    this.untrusted = untrusted;
    this.begins = begins;
    this.continues = continues;
    this.ends = ends;
  }

  String text() {
    return text;
  }

  BitSet untrusted() {
    return untrusted;
  }

  boolean begins() {
    return begins;
  }

  boolean continues() {
    return continues;
  }

  boolean ends() {
    return ends;
  }

  /** Puts something in front, which is as trusted as the first character. */
  void prepend(String prefix) {
    var rewriting = new Rewriting();
    int first = Character.charCount(text.codePointAt(0));
    rewriting.replace(0, first, prefix + text.substring(0, first));
    rewriting.keep(first, text.length());
    rewriting.done();
  }

  /** Builds the next state from stretches of this one, from left to right. */
  final class Rewriting {
    private final StringBuilder out = new StringBuilder(text.length() + 16);
    private final BitSet outUntrusted = new BitSet();
    private boolean outBegins;

    void keep(int from, int to) {
      added(from, to - from);
      for (int i = untrusted.nextSetBit(from); i >= 0 && i < to; ) {
        int end = Math.min(untrusted.nextClearBit(i), to);
        outUntrusted.set(out.length() + i - from, out.length() + end - from);
        i = untrusted.nextSetBit(end);
      }
      out.append(text, from, to);
    }

    void replace(int from, int to, String replacement) {
      added(from, replacement.length());
      int first = untrusted.nextSetBit(from);
      if (first >= 0 && first < to) {
        outUntrusted.set(out.length(), out.length() + replacement.length());
      }
      out.append(replacement);
    }

    private void added(int from, int length) {
      if (out.isEmpty() && length > 0) {
        outBegins = begins && from == 0;
      }
    }

    void done() {
      text = out.toString();
      untrusted = outUntrusted;
      begins = outBegins;
    }
  }
}
