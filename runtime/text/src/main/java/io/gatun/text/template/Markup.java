package io.gatun.text.template;

/** HTML escaping, and what text that is marked safe does with other text. */
final class Markup {
  private Markup() {}

  /** {@code escape(value)}: marked safe. */
  static Text escaped(Value value, Budget budget) {
    if (value instanceof Text safe && safe.isMarkup()) {
      return safe;
    }
    Text text = Repr.string(value, budget);
    String chars = text.chars();
    var out = new TextBuilder(budget);
    int plain = 0;
    for (int i = 0; i < chars.length(); i++) {
      String entity = entity(chars.charAt(i));
      if (entity != null) {
        out.append(text, plain, i).like(text, i, entity);
        plain = i + 1;
      }
    }
    return out.append(text, plain, chars.length()).build().asMarkup(true);
  }

  private static @org.jspecify.annotations.Nullable String entity(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\'' -> "&#39;";
      case '"' -> "&#34;";
      default -> null;
    };
  }

  /** {@code a + b}: if one is marked safe, the other is escaped. */
  static Text joined(Text a, Text b, Budget budget) {
    if (a.isMarkup() == b.isMarkup()) {
      return new TextBuilder(budget).append(a).append(b).build().asMarkup(a.isMarkup());
    }
    return new TextBuilder(budget).append(escaped(a, budget)).append(escaped(b, budget)).build().asMarkup(true);
  }
}
