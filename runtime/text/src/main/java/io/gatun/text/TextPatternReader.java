package io.gatun.text;

/** The patterns of {@code tokenizer.json}: a string, or a regular expression. */
final class TextPatternReader {
  private TextPatternReader() {}

  static TextPattern read(JsonObject source, String name) {
    JsonObject pattern = source.object(name);
    if (pattern.has("String")) {
      String literal = pattern.string("String");
      if (literal.isEmpty()) {
        throw pattern.malformed("String", "empty", "a pattern");
      }
      return new TextPattern.Literal(literal);
    }
    String expression = pattern.string("Regex");
    try {
      return TextPattern.expression(expression);
    } catch (IllegalArgumentException e) {
      throw pattern.unsupported("Regex", "'%s' (%s)".formatted(expression, e.getMessage()));
    }
  }
}
