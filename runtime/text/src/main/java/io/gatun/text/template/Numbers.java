package io.gatun.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Python's numbers: kinds, order, spelling and reading. */
final class Numbers {
  static final int LESS = -1;
  static final int EQUAL = 0;
  static final int GREATER = 1;
  /** What comparing with a NaN gives. */
  static final int UNORDERED = 2;

  /** Python refuses to spell longer integers. */
  static final int MAX_DIGITS = 4300;

  private static final Pattern REAL = Pattern.compile("(?:\\d++\\.?+\\d*+|\\.\\d++)(?:e[+-]?\\d++)?");

  private static final BigInteger FAR = BigInteger.ONE.shiftLeft(36);

  private Numbers() {}

  static boolean isNumber(Value value) {
    return value instanceof Int || value instanceof Real || value instanceof Bool;
  }

  static boolean isInteger(Value value) {
    return value instanceof Int || value instanceof Bool;
  }

  /** The value of an int or a bool. */
  static BigInteger integer(Value value) {
    return switch (value) {
      case Int i -> i.value();
      case Bool b -> b.truth() ? BigInteger.ONE : BigInteger.ZERO;
      default ->
          throw TemplateException.type("'%s' object cannot be interpreted as an integer".formatted(value.type()));
    };
  }

  /** A number as a double. */
  static double real(Value value) {
    return value instanceof Real real ? real.value() : real(integer(value));
  }

  static double real(BigInteger value) {
    double real = value.doubleValue();
    if (Double.isInfinite(real)) {
      throw TemplateException.of("OverflowError", "int too large to convert to float");
    }
    return real;
  }

  /** An integer as a long, cut to what any length or count may be and far beyond. */
  static long clamped(BigInteger value) {
    return value.abs().compareTo(FAR) > 0 ? value.signum() * FAR.longValueExact() : value.longValueExact();
  }

  /** The place that an index means, counting from the end if negative; -1 if there is none or it is no integer. */
  static int index(Value key, int length) {
    if (!isInteger(key)) {
      return -1;
    }
    long index = clamped(integer(key));
    long fromStart = index < 0 ? index + length : index;
    return fromStart >= 0 && fromStart < length ? (int) fromStart : -1;
  }

  /** One of {@link #LESS}, {@link #EQUAL}, {@link #GREATER}, {@link #UNORDERED}. */
  static int compare(Value left, Value right) {
    if (left instanceof Real || right instanceof Real) {
      return compareReal(left, right);
    }
    return Integer.signum(integer(left).compareTo(integer(right)));
  }

  private static int compareReal(Value left, Value right) {
    if (left instanceof Real a && right instanceof Real b) {
      return compare(a.value(), b.value());
    }
    if (left instanceof Real a) {
      return Double.isFinite(a.value())
          ? new BigDecimal(a.value()).compareTo(new BigDecimal(integer(right)))
          : compare(a.value(), 0);
    }
    int turned = compareReal(right, left);
    return turned == UNORDERED ? UNORDERED : -turned;
  }

  private static int compare(double a, double b) {
    return a < b ? LESS : a > b ? GREATER : a == b ? EQUAL : UNORDERED;
  }

  /** The character with a code. */
  static String character(BigInteger code) {
    if (code.signum() < 0 || code.bitLength() > 21 || !Character.isValidCodePoint(code.intValue())) {
      throw TemplateException.of("OverflowError", "%c arg not in range(0x110000)");
    }
    return Character.toString(code.intValue());
  }

  static int hash(BigInteger value) {
    return value.bitLength() < 64 ? Long.hashCode(value.longValueExact()) : value.hashCode();
  }

  static String decimal(BigInteger value) {
    if (value.bitLength() > MAX_DIGITS * 10 / 3) { // a first cut without spelling it
      throw tooLong();
    }
    String digits = value.toString();
    if (digits.length() - (value.signum() < 0 ? 1 : 0) > MAX_DIGITS) {
      throw tooLong();
    }
    return digits;
  }

  static TemplateException tooLong() {
    return TemplateException.value(
        "Exceeds the limit (%d digits) for integer string conversion".formatted(MAX_DIGITS));
  }

  /** {@code repr} of a float: the shortest digits that read back to the same. */
  static String shortest(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    var exact = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    String digits = exact.unscaledValue().toString();
    int point = digits.length() - exact.scale();
    String sign = value < 0 ? "-" : "";
    if (point > 16 || point <= -4) {
      String rest = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign + digits.charAt(0) + rest + exponent(point - 1);
    }
    if (point <= 0) {
      return sign + "0." + "0".repeat(-point) + digits;
    }
    return digits.length() <= point
        ? sign + digits + "0".repeat(point - digits.length()) + ".0"
        : sign + digits.substring(0, point) + "." + digits.substring(point);
  }

  /** An exponent as C and Python write it: a sign and at least two digits. */
  static String exponent(int exponent) {
    return "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /** What {@code int(text, base)} reads; empty if it is no integer. */
  static Optional<BigInteger> readInteger(String text, int base) {
    String body = stripped(text);
    boolean negative = body.startsWith("-");
    if (negative || body.startsWith("+")) {
      body = body.substring(1);
    }
    int radix = base == 0 ? 10 : base;
    int prefixed = radixOfPrefix(body);
    if (prefixed != 0 && (base == 0 || base == prefixed)) {
      radix = prefixed;
      body = body.substring(2);
      body = body.startsWith("_") ? body.substring(1) : body;
    } else if (base == 0 && body.startsWith("0") && body.chars().anyMatch(c -> c != '0' && c != '_')) {
      return Optional.empty();
    }
    if (!isDigits(body, radix)) {
      return Optional.empty();
    }
    String digits = body.replace("_", "");
    if (digits.length() > MAX_DIGITS) {
      throw tooLong();
    }
    var value = new BigInteger(digits, radix);
    return Optional.of(negative ? value.negate() : value);
  }

  private static int radixOfPrefix(String body) {
    if (body.length() < 3 || body.charAt(0) != '0') {
      return 0;
    }
    return switch (body.charAt(1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 0;
    };
  }

  /** Digits of a radix, with single underscores between. */
  private static boolean isDigits(String body, int radix) {
    boolean digit = false;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c == '_' ? !digit : Character.digit(c, radix) < 0) {
        return false;
      }
      digit = c != '_';
    }
    return digit;
  }

  /** What {@code float(text)} reads; empty if it is no number. */
  static Optional<Double> readReal(String text) {
    String body = stripped(text);
    String word = body.replaceFirst("^[+-]", "").toLowerCase(Locale.ROOT);
    double sign = body.startsWith("-") ? -1 : 1;
    if (word.equals("inf") || word.equals("infinity")) {
      return Optional.of(sign * Double.POSITIVE_INFINITY);
    }
    if (word.equals("nan")) {
      return Optional.of(Double.NaN);
    }
    if (!hasUnderscoresBetweenDigits(word) || !REAL.matcher(word.replace("_", "")).matches()) {
      return Optional.empty();
    }
    return Optional.of(sign * Double.parseDouble(word.replace("_", "")));
  }

  private static boolean hasUnderscoresBetweenDigits(String word) {
    for (int at = word.indexOf('_'); at >= 0; at = word.indexOf('_', at + 1)) {
      boolean between = at > 0 && at + 1 < word.length();
      if (!between || !Character.isDigit(word.charAt(at - 1)) || !Character.isDigit(word.charAt(at + 1))) {
        return false;
      }
    }
    return true;
  }

  private static String stripped(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && Chars.isSpace(text.charAt(from))) {
      from++;
    }
    while (from < to && Chars.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }
}
