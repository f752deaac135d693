package io.gatun.text.template;

import java.math.BigInteger;
import java.util.List;

/** {@code format % values}, as Python does it. One use. */
final class PercentFormat {
  private final Text format;
  private final String chars;
  private final Value values;
  private final List<Value> positional;
  private final Budget budget;
  private final TextBuilder out;
  private int at;
  private int used;
  private boolean named;

  private PercentFormat(Text format, Value values, Budget budget) {
    this.format = format;
    this.chars = format.chars();
    this.values = values;
    this.positional = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
    this.budget = budget;
    this.out = new TextBuilder(budget);
  }

  static Text apply(Text format, Value values, Budget budget) {
    return new PercentFormat(format, values, budget).run();
  }

  private Text run() {
    int plain = 0;
    for (at = chars.indexOf('%'); at >= 0; at = chars.indexOf('%', at)) {
      out.append(format, plain, at++);
      directive();
      plain = at;
    }
    out.append(format, plain, chars.length());
    boolean mapping = !(values instanceof TupleValue) && !(values instanceof Text) && values.isSubscriptable();
    if (!named && used < positional.size() && !mapping) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    return out.build().asMarkup(format.isMarkup());
  }

  private char next() {
    if (at >= chars.length()) {
      throw TemplateException.value("incomplete format");
    }
    return chars.charAt(at++);
  }

  private void directive() {
    int start = at - 1;
    Value value = null;
    if (at < chars.length() && chars.charAt(at) == '(') {
      value = byName();
    }
    var flags = new StringBuilder();
    while (at < chars.length() && "-+ #0".indexOf(chars.charAt(at)) >= 0) {
      flags.append(chars.charAt(at++));
    }
    long width = number(0);
    long precision = -1;
    if (at < chars.length() && chars.charAt(at) == '.') {
      at++;
      precision = Math.max(0, number(0));
    }
    while (at < chars.length() && "hlL".indexOf(chars.charAt(at)) >= 0) {
      at++;
    }
    char style = next();
    if (style == '%') {
      out.append(format, start, start + 1);
      return;
    }
    var options = new Options(flags.toString(), width, (int) Math.min(precision, 1 << 30));
    convert(style, value == null ? argument() : value, options);
  }

  private Value byName() {
    int depth = 1;
    int from = ++at;
    while (depth > 0) {
      char c = next();
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    if (values instanceof TupleValue || values instanceof Text || !values.isSubscriptable()) {
      throw TemplateException.type("format requires a mapping");
    }
    named = true;
    Value value = values.item(format.slice(from, at - 1), budget);
    if (value == null) {
      throw TemplateException.of("KeyError", "'" + chars.substring(from, at - 1) + "'");
    }
    return value;
  }

  private Value argument() {
    if (used >= positional.size() || named) {
      throw TemplateException.type("not enough arguments for format string");
    }
    return positional.get(used++);
  }

  /** A number in the format, or of an argument where there is a star; {@code otherwise} if there is neither. */
  private long number(long otherwise) {
    if (at < chars.length() && chars.charAt(at) == '*') {
      at++;
      return Numbers.clamped(Numbers.integer(argument()));
    }
    int from = at;
    while (at < chars.length() && chars.charAt(at) >= '0' && chars.charAt(at) <= '9') {
      at++;
    }
    return at == from ? otherwise : Numbers.clamped(new BigInteger(chars.substring(from, Math.min(at, from + 12))));
  }

  /** What stands between the percent sign and the style. */
  private record Options(String flags, long width, int precision) {
    boolean has(char flag) {
      return flags.indexOf(flag) >= 0;
    }

    boolean isLeft() {
      return has('-') || width < 0;
    }

    String sign(boolean negative) {
      return negative ? "-" : has('+') ? "+" : has(' ') ? " " : "";
    }
  }

  private void convert(char style, Value value, Options options) {
    switch (style) {
      case 's' -> text(markup(Repr.string(value, budget), value), options);
      case 'r', 'a' -> text(Repr.of(value, budget), options);
      case 'c' -> text(character(value), new Options(options.flags, options.width, -1));
      case 'd', 'i', 'u' -> integer('d', integral(value, style), options);
      case 'o', 'x', 'X' -> integer(style, exact(value, style), options);
      case 'e', 'E', 'f', 'F', 'g', 'G' -> real(style, value, options);
      default ->
          throw TemplateException.value(
              "unsupported format character '%c' (0x%x) at index %d".formatted(style, (int) style, at - 1));
    }
  }

  /** What is put into a text that is marked safe is escaped. */
  private Text markup(Text text, Value value) {
    return format.isMarkup() ? Markup.escaped(value, budget).asMarkup(false) : text;
  }

  private Text character(Value value) {
    if (value instanceof Text text && text.length() == 1) {
      return text;
    }
    if (!Numbers.isInteger(value)) {
      throw TemplateException.type("%c requires int or char");
    }
    return Text.template(Numbers.character(Numbers.integer(value)));
  }

  private static BigInteger integral(Value value, char style) {
    if (value instanceof Real real) {
      return Decimals.truncated(real.value());
    }
    if (!Numbers.isInteger(value)) {
      throw notANumber(value, style, "a real number");
    }
    return Numbers.integer(value);
  }

  private static BigInteger exact(Value value, char style) {
    if (!Numbers.isInteger(value)) {
      throw notANumber(value, style, "an integer");
    }
    return Numbers.integer(value);
  }

  private static TemplateException notANumber(Value value, char style, String expected) {
    return value instanceof Undefined undefined
        ? undefined.error()
        : TemplateException.type("%%%c format: %s is required, not %s".formatted(style, expected, value.type()));
  }

  private void text(Text value, Options options) {
    boolean cut = options.precision >= 0 && options.precision < value.length();
    Text shown = cut ? value.slice(0, value.offset(options.precision)) : value;
    long missing = Math.max(0, Math.abs(options.width) - shown.length());
    out.repeat(TextLayout.SPACE, options.isLeft() ? 0 : missing);
    out.append(shown);
    out.repeat(TextLayout.SPACE, options.isLeft() ? missing : 0);
  }

  private void integer(char style, BigInteger value, Options options) {
    String digits = Decimals.integer(value.abs(), style);
    String prefix = options.has('#') && style != 'd' ? "0" + style : "";
    long zeros = Math.max(0, options.precision - (long) digits.length());
    Text padded = TextLayout.padded(Text.template(digits), TextLayout.ZERO, zeros, 0, budget);
    number(options.sign(value.signum() < 0) + prefix, padded, options);
  }

  private void real(char style, Value value, Options options) {
    if (!Numbers.isNumber(value)) {
      throw value instanceof Undefined undefined
          ? undefined.error()
          : TemplateException.type("must be real number, not " + value.type());
    }
    double number = Numbers.real(value);
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    int precision = options.precision < 0 ? 6 : options.precision;
    String digits = Decimals.real(Math.abs(number), style, precision, options.has('#'));
    number(options.sign(negative), Text.template(digits), options);
  }

  private void number(String sign, Text digits, Options options) {
    long missing = Math.max(0, Math.abs(options.width) - sign.length() - digits.length());
    boolean zeros = options.has('0') && !options.isLeft();
    out.repeat(TextLayout.SPACE, options.isLeft() || zeros ? 0 : missing);
    out.template(sign);
    out.repeat(TextLayout.ZERO, zeros ? missing : 0);
    out.append(digits);
    out.repeat(TextLayout.SPACE, options.isLeft() ? missing : 0);
  }
}
