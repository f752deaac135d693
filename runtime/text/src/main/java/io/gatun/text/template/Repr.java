package io.gatun.text.template;

import java.util.List;
import java.util.Map;

/** Writes values as Python's {@code repr} and {@code str} do. */
final class Repr {
  private final TextBuilder text;
  private final Budget budget;

  private Repr(Budget budget) {
    this.budget = budget;
    this.text = new TextBuilder(budget);
  }

  static Text of(Value value, Budget budget) {
    var out = new Repr(budget);
    out.value(value);
    return out.text.build();
  }

  /** {@code str(value)}. */
  static Text string(Value value, Budget budget) {
    if (value instanceof Text text) {
      return text.asMarkup(false);
    }
    var out = new Repr(budget);
    value.str(out);
    return out.text.build();
  }

  TextBuilder text() {
    return text;
  }

  void value(Value value) {
    budget.step();
    budget.enter();
    value.repr(this);
    budget.leave();
  }

  void list(String open, Iterable<Value> items, String close) {
    text.template(open);
    boolean first = true;
    for (Value item : items) {
      text.template(first ? "" : ", ");
      value(item);
      first = false;
    }
    text.template(close);
  }

  void dict(Map<Value, Value> entries) {
    text.template("{");
    boolean first = true;
    for (var entry : entries.entrySet()) {
      text.template(first ? "" : ", ");
      value(entry.getKey());
      text.template(": ");
      value(entry.getValue());
      first = false;
    }
    text.template("}");
  }

  void call(String name, List<Value> arguments) {
    list(name + "(", arguments, ")");
  }

  /** In single quotes, or in double ones if that saves escapes; what is not printable is escaped. */
  void quoted(Text value) {
    String chars = value.chars();
    String quote = chars.contains("'") && !chars.contains("\"") ? "\"" : "'";
    text.template(quote);
    int plain = 0;
    for (int i = 0; i < chars.length(); ) {
      int c = chars.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c == '\\' || c == quote.charAt(0) || !Chars.isPrintable(c)) {
        text.append(value, plain, i);
        text.like(value, i, escaped(c));
        plain = next;
      }
      i = next;
    }
    text.append(value, plain, chars.length());
    text.template(quote);
  }

  private static String escaped(int c) {
    return switch (c) {
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\'', '"' -> "\\" + (char) c;
      default -> c < 0x100 ? "\\x%02x".formatted(c) : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c);
    };
  }
}
