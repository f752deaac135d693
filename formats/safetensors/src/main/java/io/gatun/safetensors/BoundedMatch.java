package io.gatun.safetensors;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Expressions from a file, which may be made to run for ever: matching gives up after a number of steps. */
final class BoundedMatch {
  private static final int MAX_STEPS = 100_000;

  private BoundedMatch() {}

  /** Whether the expression matches the beginning of a text; false if it is none, or too slow. */
  static boolean matches(String expression, String text) {
    try {
      return Pattern.compile(expression).matcher(new Steps(text)).lookingAt();
    } catch (PatternSyntaxException | OutOfSteps | StackOverflowError e) {
      return false;
    }
  }

  private static final class OutOfSteps extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A text that counts how often it is looked at. */
  private static final class Steps implements CharSequence {
    private final String text;
    private int left = MAX_STEPS;

    Steps(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (left-- == 0) {
        throw new OutOfSteps();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
