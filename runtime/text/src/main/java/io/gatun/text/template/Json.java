package io.gatun.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as Python's {@code json.dumps} does, with the options that transformers' {@code tojson} takes. */
final class Json {
  private final Budget budget;
  private final TextBuilder out;
  private final boolean ascii;
  private final @Nullable Text indent;
  private final Text itemSeparator;
  private final Text keySeparator;
  private final boolean sorted;
  private int level;

  private Json(Bound b) {
    this.budget = b.budget();
    this.out = new TextBuilder(budget);
    this.ascii = b.truth(1, false);
    this.indent = indent(b.get(2, None.NONE));
    Value separators = b.get(3, None.NONE);
    if (separators == None.NONE) {
      this.itemSeparator = Text.template(indent == null ? ", " : ",");
      this.keySeparator = Text.template(": ");
    } else {
      List<Value> both = b.renderer().list(separators);
      if (both.size() != 2 || !(both.get(0) instanceof Text item) || !(both.get(1) instanceof Text key)) {
        throw TemplateException.type("tojson() separators must be two strings");
      }
      this.itemSeparator = item;
      this.keySeparator = key;
    }
    this.sorted = b.truth(4, false);
  }

  private @Nullable Text indent(Value value) {
    if (value == None.NONE) {
      return null;
    }
    if (value instanceof Text text) {
      return text;
    }
    long width = Numbers.clamped(Numbers.integer(value));
    return TextLayout.padded(Text.EMPTY, TextLayout.SPACE, Math.max(0, width), 0, budget);
  }

  /** {@code tojson(value, ensure_ascii, indent, separators, sort_keys)}. */
  static Text dumps(Bound b) {
    var json = new Json(b);
    json.value(b.get(0));
    return json.out.build();
  }

  private void value(Value value) {
    budget.step();
    switch (value) {
      case None _ -> out.template("null");
      case Bool bool -> out.template(bool.truth() ? "true" : "false");
      case Int i -> out.template(Numbers.decimal(i.value()));
      case Real real -> out.template(number(real.value()));
      case Text text -> string(text);
      case ListValue list -> array(list.items());
      case TupleValue tuple -> array(tuple.items());
      case DictValue dict -> object(dict.entries());
      default ->
          throw TemplateException.type("Object of type %s is not JSON serializable".formatted(value.type()));
    }
  }

  private static String number(double value) {
    return Double.isNaN(value)
        ? "NaN"
        : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Numbers.shortest(value);
  }

  private void array(List<Value> items) {
    if (items.isEmpty()) {
      out.template("[]");
      return;
    }
    out.template("[");
    level++;
    boolean first = true;
    for (Value item : items) {
      next(first);
      value(item);
      first = false;
    }
    level--;
    newLine();
    out.template("]");
  }

  private void object(Map<Value, Value> entries) {
    if (entries.isEmpty()) {
      out.template("{}");
      return;
    }
    out.template("{");
    level++;
    boolean first = true;
    for (var entry : ordered(entries)) {
      next(first);
      key(entry.getKey());
      out.append(keySeparator);
      value(entry.getValue());
      first = false;
    }
    level--;
    newLine();
    out.template("}");
  }

  private List<Map.Entry<Value, Value>> ordered(Map<Value, Value> entries) {
    var list = new ArrayList<>(entries.entrySet());
    return sorted ? Ordering.sorted(list, Map.Entry::getKey, false, budget) : list;
  }

  private void key(Value key) {
    switch (key) {
      case Text text -> string(text);
      case Real real -> string(Text.template(number(real.value())));
      case None _, Bool _, Int _ -> {
        out.template("\"");
        value(key);
        out.template("\"");
      }
      default ->
          throw TemplateException.type(
              "keys must be str, int, float, bool or None, not %s".formatted(key.type()));
    }
  }

  private void next(boolean first) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine();
  }

  private void newLine() {
    if (indent != null) {
      out.template("\n").repeat(indent, level);
    }
  }

  private void string(Text text) {
    out.template("\"");
    String chars = text.chars();
    int plain = 0;
    for (int i = 0; i < chars.length(); i++) {
      char c = chars.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || (ascii && c > '~')) {
        out.append(text, plain, i).like(text, i, escaped(c));
        plain = i + 1;
      }
    }
    out.append(text, plain, chars.length()).template("\"");
  }

  private static String escaped(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\f' -> "\\f";
      case '\b' -> "\\b";
      default -> "\\u%04x".formatted((int) c);
    };
  }
}
