package io.gatun.text.template;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the colon in {@code "{:>8.2f}"}.
 *
 * @param fill one code point
 * @param align one of {@code <>=^}, or 0 where it depends on the value
 * @param sign one of {@code "+- "}
 * @param alternate whether {@code #} is there
 * @param width in code points
 * @param grouping {@code ","}, {@code "_"} or empty
 * @param precision negative if there is none
 * @param style the last letter, or 0
 */
record FormatSpec(
    String fill, char align, char sign, boolean alternate, int width, String grouping, int precision, char style) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?z?(?<alternate>#)?(?<zero>0)?(?<width>\\d{1,9})?"
              + "(?<grouping>[,_])?(?:\\.(?<precision>\\d{1,9}))?(?<style>[a-zA-Z%])?",
          Pattern.DOTALL);

  static FormatSpec parse(String spec) {
    Matcher m = SYNTAX.matcher(spec);
    if (!m.matches()) {
      throw TemplateException.value("Invalid format specifier");
    }
    boolean zero = m.group("zero") != null;
    String fill = m.group("fill");
    String align = m.group("align");
    return new FormatSpec(
        fill != null ? fill : zero ? "0" : " ",
        align != null ? align.charAt(0) : zero ? '=' : 0,
        letter(m.group("sign"), '-'),
        m.group("alternate") != null,
        number(m.group("width"), 0),
        m.group("grouping") == null ? "" : m.group("grouping"),
        number(m.group("precision"), -1),
        letter(m.group("style"), (char) 0));
  }

  private static char letter(@Nullable String group, char otherwise) {
    return group == null ? otherwise : group.charAt(0);
  }

  private static int number(@Nullable String group, int otherwise) {
    return group == null ? otherwise : Integer.parseInt(group);
  }

  /** {@code format(value, spec)}. */
  Text apply(Value value, Budget budget) {
    return switch (value) {
      case Text text -> text(text, budget);
      case Real real -> real(real.value(), budget);
      case Bool bool when style == 0 && isPlain() -> Repr.string(bool, budget);
      case Int _, Bool _ -> integer(Numbers.integer(value), budget);
      default -> {
        if (!equals(parse("")) && !(value instanceof Undefined && style == 's')) {
          throw TemplateException.type("unsupported format string passed to %s.__format__".formatted(value.type()));
        }
        yield Repr.string(value, budget);
      }
    };
  }

  private boolean isPlain() {
    return equals(parse(""));
  }

  private Text text(Text text, Budget budget) {
    if (style != 0 && style != 's') {
      throw unknownStyle("str");
    }
    requireNoGrouping();
    if (sign != '-') {
      throw TemplateException.value("Sign not allowed in string format specifier");
    }
    if (align == '=' && !fill.equals("0")) {
      throw TemplateException.value("'=' alignment not allowed in string format specifier");
    }
    boolean cut = precision >= 0 && precision < text.length();
    Text shown = cut ? text.slice(0, text.offset(precision)) : text;
    return aligned("", shown, align == 0 || align == '=' ? '<' : align, budget);
  }

  private TemplateException unknownStyle(String type) {
    return TemplateException.value("Unknown format code '%c' for object of type '%s'".formatted(style, type));
  }

  private void requireNoGrouping() {
    if (!grouping.isEmpty()) {
      throw TemplateException.value("Cannot specify '%s' with '%c'.".formatted(grouping, style == 0 ? 's' : style));
    }
  }

  private Text character(BigInteger value, Budget budget) {
    requireNoGrouping();
    if (precision >= 0 || sign != '-') {
      throw TemplateException.value("Sign or precision not allowed with integer format specifier 'c'");
    }
    return aligned("", Text.template(Numbers.character(value)), or('<'), budget);
  }

  private Text integer(BigInteger value, Budget budget) {
    return switch (style) {
      case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> real(Numbers.real(value), budget);
      case 'c' -> character(value, budget);
      case 0, 'd', 'n', 'b', 'o', 'x', 'X' -> {
        if (precision >= 0) {
          throw TemplateException.value("Precision not allowed in integer format specifier");
        }
        if (grouping.equals(",") && "bcoxX".indexOf(style) >= 0) {
          requireNoGrouping();
        }
        String digits = Decimals.integer(value.abs(), style);
        int group = style == 0 || style == 'd' || style == 'n' ? 3 : 4;
        String prefix = alternate && group == 4 ? "0" + style : "";
        yield number(signOf(value.signum() < 0) + prefix, digits, group, budget);
      }
      default -> throw unknownStyle("int");
    };
  }

  private Text real(double value, Budget budget) {
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    double magnitude = Math.abs(value);
    String digits =
        switch (style) {
          case 'e', 'E', 'f', 'F', 'g', 'G', '%' ->
              Decimals.real(magnitude, style, precision < 0 ? 6 : precision, alternate);
          case 'n' -> Decimals.real(magnitude, 'g', precision < 0 ? 6 : precision, alternate);
          case 0 -> precision < 0 ? Numbers.shortest(magnitude) : unstyled(magnitude);
          default -> throw unknownStyle("float");
        };
    return number(signOf(negative), digits, 3, budget);
  }

  /** As {@code g}, but with at least one digit behind the point. */
  private String unstyled(double magnitude) {
    int digits = Math.max(1, precision);
    String text = Decimals.real(magnitude, 'g', digits, alternate);
    boolean whole = text.chars().allMatch(Character::isDigit);
    return !whole ? text : text.length() >= digits && digits < 17 && text.length() > digits - 1
        ? Decimals.real(magnitude, 'e', digits - 1, alternate).replaceFirst("\\.?0*e", "e")
        : text + ".0";
  }

  private String signOf(boolean negative) {
    return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
  }

  private Text number(String sign, String digits, int group, Budget budget) {
    if (style == 'n') {
      requireNoGrouping();
    }
    String shown = digits;
    if (!grouping.isEmpty()) {
      String zeros = digits;
      char separator = grouping.charAt(0);
      shown = Decimals.grouped(zeros, separator, group);
      while (align == '=' && fill.equals("0") && shown.length() + sign.length() < width) {
        budget.step();
        zeros = "0" + zeros;
        shown = Decimals.grouped(zeros, separator, group);
      }
    }
    return aligned(sign, Text.template(shown), or('>'), budget);
  }

  private char or(char otherwise) {
    return align == 0 ? otherwise : align;
  }

  private Text aligned(String sign, Text body, char side, Budget budget) {
    long missing = Math.max(0, (long) width - sign.length() - body.length());
    Text pad = Text.template(fill);
    long left = side == '>' ? missing : side == '^' ? missing / 2 : 0;
    var out = new TextBuilder(budget).repeat(pad, left).template(sign);
    out.repeat(pad, side == '=' ? missing : 0).append(body);
    return out.repeat(pad, side == '<' ? missing : side == '^' ? missing - left : 0).build();
  }
}
