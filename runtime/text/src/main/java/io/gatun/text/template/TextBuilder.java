package io.gatun.text.template;

import java.util.Arrays;

/** Puts texts together, keeping who wrote what, within a budget. */
final class TextBuilder {
  private final Budget budget;
  private final StringBuilder chars = new StringBuilder();
  private int[] flips = new int[4];
  private int flipCount;
  private boolean firstIsMessage;
  private boolean lastIsMessage;

  TextBuilder(Budget budget) {
    this.budget = budget;
  }

  int length() {
    return chars.length();
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.chars().length());
  }

  /** Appends the characters of {@code [from, to)}. */
  TextBuilder append(Text text, int from, int to) {
    if (from < to) {
      text.forEachRun(from, to, (start, end, message) -> append(text.chars(), start, end, message));
    }
    return this;
  }

  /** Appends characters of the template's. */
  TextBuilder template(String text) {
    return append(text, 0, text.length(), false);
  }

  /** Appends characters that stand for some of {@code source} at {@code offset}, by the same author. */
  TextBuilder like(Text source, int offset, String text) {
    return append(text, 0, text.length(), source.isMessageAt(offset));
  }

  TextBuilder repeat(Text text, long times) {
    if (times > 0 && !text.isEmpty()) {
      budget.text(Math.addExact(length(), Math.multiplyExact(times, (long) text.chars().length())), 0);
    }
    for (long i = 0; i < times && !text.isEmpty(); i++) {
      append(text);
    }
    return this;
  }

  private TextBuilder append(String text, int from, int to, boolean message) {
    if (from == to) {
      return this;
    }
    budget.text((long) chars.length() + to - from, to - from);
    if (chars.isEmpty()) {
      firstIsMessage = message;
    } else if (message != lastIsMessage) {
      if (flipCount == flips.length) {
        flips = Arrays.copyOf(flips, 2 * flipCount);
      }
      flips[flipCount++] = chars.length();
    }
    lastIsMessage = message;
    chars.append(text, from, to);
    return this;
  }

  Text build() {
    return new Text(chars.toString(), firstIsMessage, Arrays.copyOf(flips, flipCount), false);
  }
}
