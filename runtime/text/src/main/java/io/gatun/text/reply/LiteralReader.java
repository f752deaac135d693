package io.gatun.text.reply;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads values as programs write them, and says them in JSON: Python's literals, and Gemma's, whose strings stand between
 * {@value #GEMMA_QUOTE} and whose keys need no quotes. Every method that fails leaves the reader unusable.
 */
final class LiteralReader {
  static final String GEMMA_QUOTE = "<|\"|>";

  private static final int MAX_DEPTH = 100;
  private static final Map<String, String> WORDS =
      Map.of("True", "true", "False", "false", "None", "null", "true", "true", "false", "false", "null", "null");

  private final String text;
  private int at;
  private int depth;

  LiteralReader(String text) {
    this.text = text;
  }

  /** Takes these characters, after white space, if they come next. */
  boolean take(String expected) {
    skipSpace();
    if (!text.startsWith(expected, at)) {
      return false;
    }
    at += expected.length();
    return true;
  }

  boolean atEnd() {
    skipSpace();
    return at == text.length();
  }

  /** Takes letters, digits, {@code _}, {@code -} and {@code .}; empty if there are none. */
  String name() {
    skipSpace();
    int from = at;
    while (at < text.length() && isName(text.charAt(at))) {
      at++;
    }
    return text.substring(from, at);
  }

  /**
   * Names with values up to an end, as a JSON object.
   *
   * @param assign what stands between name and value
   */
  Optional<String> members(String assign, String end) {
    var members = new LinkedHashMap<String, String>();
    while (!take(end)) {
      Optional<String> key = key();
      Optional<String> value = key.isPresent() && take(assign) ? value() : Optional.empty();
      if (value.isEmpty() || !separated(end)) {
        return Optional.empty();
      }
      members.put(key.orElseThrow(), value.orElseThrow());
    }
    return Optional.of(JsonText.object(members));
  }

  private Optional<String> key() {
    Optional<String> quoted = string();
    String bare = quoted.isPresent() ? "" : name();
    return bare.isEmpty() ? quoted : Optional.of(bare);
  }

  private Optional<String> value() {
    if (depth == MAX_DEPTH) {
      return Optional.empty();
    }
    depth++;
    Optional<String> value =
        take("{") ? members(":", "}") : take("[") ? items("]") : take("(") ? items(")") : scalar();
    depth--;
    return value;
  }

  private Optional<String> items(String end) {
    var items = new StringBuilder("[");
    String separator = "";
    while (!take(end)) {
      Optional<String> value = value();
      if (value.isEmpty() || !separated(end)) {
        return Optional.empty();
      }
      items.append(separator).append(value.orElseThrow());
      separator = ", ";
    }
    return Optional.of(items.append(']').toString());
  }

  /** After a value stands a comma or, not taken, the end. */
  private boolean separated(String end) {
    return take(",") || text.startsWith(end, at);
  }

  private Optional<String> scalar() {
    Optional<String> string = string();
    if (string.isPresent()) {
      return string.map(JsonText::encoded);
    }
    int from = at;
    while (at < text.length() && (isName(text.charAt(at)) || text.charAt(at) == '+')) {
      at++;
    }
    String word = text.substring(from, at);
    String known = WORDS.get(word);
    return known != null ? Optional.of(known) : Optional.of(word).filter(JsonText::isValue);
  }

  private Optional<String> string() {
    skipSpace();
    if (take(GEMMA_QUOTE)) {
      int from = at;
      int end = text.indexOf(GEMMA_QUOTE, from);
      at = end < 0 ? text.length() : end + GEMMA_QUOTE.length();
      return end < 0 ? Optional.empty() : Optional.of(text.substring(from, end));
    }
    boolean quote = at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'');
    return quote ? pythonString(text.charAt(at++)) : Optional.empty();
  }

  private Optional<String> pythonString(char quote) {
    var string = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        return Optional.of(string.toString());
      }
      if (c == '\\' && !escape(string)) {
        return Optional.empty();
      }
      if (c != '\\') {
        string.append(c);
      }
    }
    return Optional.empty();
  }

  private boolean escape(StringBuilder string) {
    if (at == text.length()) {
      return false;
    }
    char c = text.charAt(at++);
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    if (digits > 0) {
      return codeUnit(string, digits);
    }
    int control = "bfnrt".indexOf(c);
    if (control >= 0) {
      string.append("\b\f\n\r\t".charAt(control));
    } else if ("\\'\"".indexOf(c) >= 0) {
      string.append(c);
    } else {
      string.append('\\').append(c);
    }
    return true;
  }

  private boolean codeUnit(StringBuilder string, int digits) {
    int end = at + digits;
    if (end > text.length() || !text.substring(at, end).chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
      return false;
    }
    string.append((char) Integer.parseInt(text, at, end, 16));
    at = end;
    return true;
  }

  private void skipSpace() {
    while (at < text.length() && Prose.isSpace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
  }
}
