package io.gatun.text.reply;

import java.util.function.Consumer;

/**
 * Text between blocks. White space that may turn out to lie beside a block is held back: before a block it is layout and
 * is dropped, after a block the newlines are.
 */
final class Prose {
  private final Consumer<String> out;
  private final StringBuilder space = new StringBuilder();
  private boolean begun;
  private boolean afterBlock;

  /**
   * Begins a text.
   *
   * @param afterBlock whether newlines before the first word are layout
   */
  Prose(Consumer<String> out, boolean afterBlock) {
    this.out = out;
    this.afterBlock = afterBlock;
  }

  /** Whether there was nothing but white space since the begin or since the last block. */
  boolean atBlockStart() {
    return !begun;
  }

  /** Whether a block ended here, white space aside. */
  boolean afterBlock() {
    return afterBlock && !begun;
  }

  void text(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      String certain = space.append(text, 0, end).toString();
      out.accept(begun || !afterBlock ? certain : withoutNewlines(certain));
      space.setLength(0);
      begun = true;
    }
    space.append(text, end, text.length());
  }

  /** A block stands here. */
  void block() {
    space.setLength(0);
    begun = false;
    afterBlock = true;
  }

  /** Nothing follows: white space that was held back after text is text. */
  void finish() {
    if (begun || !afterBlock) {
      out.accept(space.toString());
    }
    space.setLength(0);
  }

  /** Newlines at the begin are layout, the indentation of the first line is not. */
  private static String withoutNewlines(String text) {
    int from = 0;
    for (int i = 0; isSpace(text.charAt(i)); i++) {
      from = text.charAt(i) == '\n' ? i + 1 : from;
    }
    return text.substring(from);
  }

  static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }
}
