package io.gatun.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers in the styles of C's printf, without signs. */
final class Decimals {
  private static final int MAX_PRECISION = 4096;

  private Decimals() {}

  /**
   * A number that is not negative in style {@code e}, {@code f}, {@code g} or {@code %}, or their upper-case forms.
   *
   * @param alternate whether {@code g} keeps trailing zeros and a point is always there
   */
  static String real(double magnitude, char style, int precision, boolean alternate) {
    if (precision > MAX_PRECISION) {
      throw TemplateException.limit("a precision of more than %d".formatted(MAX_PRECISION));
    }
    String text =
        Double.isNaN(magnitude)
            ? "nan"
            : Double.isInfinite(magnitude) ? "inf" : finite(magnitude, style, precision, alternate);
    return Character.isUpperCase(style) ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String finite(double magnitude, char style, int precision, boolean alternate) {
    var exact = new BigDecimal(magnitude);
    return switch (Character.toLowerCase(style)) {
      case 'f' -> pointed(fixed(exact, precision), alternate);
      case '%' -> pointed(fixed(new BigDecimal(magnitude * 100), precision), alternate) + "%";
      case 'e' -> scientific(exact, precision, alternate);
      default -> general(exact, Math.max(1, precision), alternate);
    };
  }

  private static String fixed(BigDecimal value, int precision) {
    return value.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String pointed(String digits, boolean alternate) {
    return alternate && digits.indexOf('.') < 0 ? digits + "." : digits;
  }

  private static String scientific(BigDecimal value, int precision, boolean alternate) {
    BigDecimal rounded = value.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    BigDecimal mantissa = value.signum() == 0 ? value : rounded.movePointLeft(exponent);
    return pointed(fixed(mantissa, precision), alternate) + Numbers.exponent(exponent);
  }

  private static String general(BigDecimal value, int precision, boolean alternate) {
    BigDecimal rounded = value.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    int exponent = value.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    if (exponent < -4 || exponent >= precision) {
      String text = scientific(value, precision - 1, alternate);
      int end = text.indexOf('e');
      return alternate ? text : trimmed(text.substring(0, end)) + text.substring(end);
    }
    String text = pointed(fixed(value, precision - 1 - exponent), alternate);
    return alternate ? text : trimmed(text);
  }

  private static String trimmed(String digits) {
    return digits.indexOf('.') < 0 ? digits : digits.replaceFirst("\\.?0*$", "");
  }

  /** An integer that is not negative, in style {@code d}, {@code b}, {@code o}, {@code x} or {@code X}. */
  static String integer(BigInteger magnitude, char style) {
    return switch (style) {
      case 'b' -> magnitude.toString(2);
      case 'o' -> magnitude.toString(8);
      case 'x' -> magnitude.toString(16);
      case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
      default -> Numbers.decimal(magnitude);
    };
  }

  /** With a separator between groups of digits before the point: of 3 decimal digits, or of 4 of another radix. */
  static String grouped(String digits, char separator, int size) {
    int radix = size == 3 ? 10 : 16;
    int end = 0;
    while (end < digits.length() && Character.digit(digits.charAt(end), radix) >= 0) {
      end++;
    }
    var out = new StringBuilder(digits);
    for (int at = end - size; at > 0; at -= size) {
      out.insert(at, separator);
    }
    return out.toString();
  }

  /** The integral part of a float. */
  static BigInteger truncated(double value) {
    if (Double.isNaN(value)) {
      throw TemplateException.value("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw TemplateException.of("OverflowError", "cannot convert float infinity to integer");
    }
    return new BigDecimal(value).toBigInteger();
  }
}
