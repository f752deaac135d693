package io.gatun.text.template;

/** The escapes in string literals, which are those of Python. */
final class StringEscapes {
  private final String body;
  private final Position position;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private StringEscapes(String body, Position position) {
    this.body = body;
    this.position = position;
  }

  static String decoded(String body, Position position) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    var escapes = new StringEscapes(body, position);
    escapes.run();
    return escapes.out.toString();
  }

  private void run() {
    while (at < body.length()) {
      char c = body.charAt(at++);
      if (c == '\\' && at < body.length()) {
        escape(body.codePointAt(at));
      } else {
        out.append(c);
      }
    }
  }

  private void escape(int c) {
    at += Character.charCount(c);
    switch (c) {
      case '\n' -> {} // the line goes on
      case '\\', '\'', '"' -> out.append((char) c);
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000b');
      case 'x' -> hexadecimal(2, "truncated \\xXX escape");
      case 'u' -> hexadecimal(4, "truncated \\uXXXX escape");
      case 'U' -> hexadecimal(8, "truncated \\UXXXXXXXX escape");
      case 'N' -> named();
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
      default -> {
        // Literals pass through ASCII first, which spells what is beyond it as an escape of its own.
        out.append('\\').append(c < 128 ? Character.toString(c) : spelled(c));
      }
    }
  }

  private static String spelled(int c) {
    return c < 0x100 ? "x%02x".formatted(c) : c < 0x10000 ? "u%04x".formatted(c) : "U%08x".formatted(c);
  }

  private void hexadecimal(int digits, String otherwise) {
    int end = at + digits;
    for (int i = at; i < end; i++) {
      if (i >= body.length() || Character.digit(body.charAt(i), 16) < 0 || body.charAt(i) > 'f') {
        throw TemplateException.syntax(otherwise, position);
      }
    }
    long code = Long.parseLong(body.substring(at, end), 16);
    if (code > Character.MAX_CODE_POINT) {
      throw TemplateException.syntax("illegal Unicode character", position);
    }
    out.appendCodePoint((int) code);
    at = end;
  }

  private void named() {
    int end = body.indexOf('}', at);
    if (at >= body.length() || body.charAt(at) != '{' || end < 0) {
      throw TemplateException.syntax("malformed \\N character escape", position);
    }
    try {
      out.appendCodePoint(Character.codePointOf(body.substring(at + 1, end)));
    } catch (IllegalArgumentException e) {
      throw TemplateException.syntax("unknown Unicode character name", position);
    }
    at = end + 1;
  }

  private void octal() {
    int from = at - 1;
    while (at < body.length() && at < from + 3 && body.charAt(at) >= '0' && body.charAt(at) <= '7') {
      at++;
    }
    out.append((char) Integer.parseInt(body.substring(from, at), 8));
  }
}
