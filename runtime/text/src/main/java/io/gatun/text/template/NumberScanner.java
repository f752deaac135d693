package io.gatun.text.template;

import java.math.BigInteger;

/** Reads a number at a place in a template, as far as it goes. One use. */
final class NumberScanner {
  private final String text;
  private final int start;
  private int at;

  NumberScanner(String text, int start) {
    this.text = text;
    this.start = start;
    this.at = start;
  }

  int end() {
    return at;
  }

  /** The number; {@code fraction} says whether it may have one. */
  Value read(boolean fraction) {
    if (fraction && (at = real()) > start) {
      return new Real(Double.parseDouble(digits(start)));
    }
    at = start;
    int radix = radix();
    if (radix != 10) {
      int end = prefixed(start + 2, radix);
      if (end > start + 2) {
        at = end;
        return integer(start + 2, radix);
      }
    }
    at = text.charAt(start) == '0' ? zeros() : run(start, 10);
    return integer(start, 10);
  }

  private Value integer(int from, int radix) {
    String digits = digits(from);
    if (digits.length() > Numbers.MAX_DIGITS) {
      throw Numbers.tooLong();
    }
    return new Int(new BigInteger(digits, radix));
  }

  private String digits(int from) {
    return text.substring(from, at).replace("_", "");
  }

  /** The end of a float; {@code start} if it is none. */
  private int real() {
    int whole = run(start, 10);
    int end = whole;
    if (end < text.length() && text.charAt(end) == '.') {
      int fraction = run(end + 1, 10);
      end = fraction > end + 1 ? fraction : end;
    }
    int exponent = exponent(end);
    return exponent > end ? exponent : end > whole ? end : start;
  }

  private int exponent(int from) {
    if (from >= text.length() || (text.charAt(from) | 0x20) != 'e') {
      return from;
    }
    int digits = from + 1;
    if (digits < text.length() && (text.charAt(digits) == '+' || text.charAt(digits) == '-')) {
      digits++;
    }
    int end = run(digits, 10);
    return end > digits ? end : from;
  }

  /** The end of digits with single underscores between them. */
  private int run(int from, int radix) {
    int end = from;
    while (isDigit(end, radix) || (end > from && isUnderscore(end) && isDigit(end + 1, radix))) {
      end++;
    }
    return end;
  }

  private boolean isUnderscore(int offset) {
    return offset < text.length() && text.charAt(offset) == '_';
  }

  private boolean isDigit(int offset, int radix) {
    return offset < text.length() && text.charAt(offset) < 128 && Character.digit(text.charAt(offset), radix) >= 0;
  }

  /** The end of digits that may begin with an underscore. */
  private int prefixed(int from, int radix) {
    int digits = from < text.length() && text.charAt(from) == '_' ? from + 1 : from;
    int end = run(digits, radix);
    return end > digits ? end : from;
  }

  private int zeros() {
    int end = start + 1;
    while (end < text.length() && (text.charAt(end) == '0' || text.startsWith("_0", end))) {
      end++;
    }
    return end;
  }

  private int radix() {
    if (text.charAt(start) != '0' || start + 1 >= text.length()) {
      return 10;
    }
    return switch (text.charAt(start + 1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 10;
    };
  }
}
