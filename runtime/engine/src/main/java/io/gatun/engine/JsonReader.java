package io.gatun.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a tool's call, which models write as JSON and templates want as values. Source of the grammar: RFC
 * 8259. What is no JSON, as models may write, stays a text. Used once, by one thread.
 */
final class JsonReader {
  private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /** Thrown where it is no JSON. */
  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed() {
      super("no JSON", null, false, false);
    }
  }

  /** A map, list, string, number or boolean; the text itself if it is no JSON, or null. */
  static Object value(String text) {
    var reader = new JsonReader(text);
    try {
      Object value = reader.value();
      return value == null || reader.peek() != 0 ? text : value;
    } catch (Malformed e) {
      return text;
    }
  }

  /** The next character that is no blank; 0 at the end. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean take(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  private void require(boolean holds) {
    if (!holds) {
      throw new Malformed();
    }
  }

  private @Nullable Object value() {
    require(depth < MAX_DEPTH);
    depth++;
    Object value =
        switch (peek()) {
          case '{' -> object();
          case '[' -> array();
          case '"' -> string();
          case 't' -> word("true", true);
          case 'f' -> word("false", false);
          case 'n' -> word("null", null);
          default -> number();
        };
    depth--;
    return value;
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    require(text.startsWith(word, at));
    at += word.length();
    return value;
  }

  private Object object() {
    var object = new LinkedHashMap<String, @Nullable Object>();
    at++;
    if (take('}')) {
      return object;
    }
    do {
      require(peek() == '"');
      String key = string();
      require(take(':'));
      object.put(key, value());
    } while (take(','));
    require(take('}'));
    return object;
  }

  private Object array() {
    var array = new ArrayList<@Nullable Object>();
    at++;
    if (take(']')) {
      return array;
    }
    do {
      array.add(value());
    } while (take(','));
    require(take(']'));
    return array;
  }

  private Object number() {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    require(number.lookingAt());
    at = number.end();
    boolean whole = number.group(1) == null && number.group(2) == null;
    return whole ? new BigInteger(number.group()) : (Object) Double.valueOf(number.group());
  }

  private String string() {
    var string = new StringBuilder();
    at++;
    while (true) {
      require(at < text.length());
      char c = text.charAt(at++);
      if (c == '"') {
        return string.toString();
      }
      require(c >= ' ');
      string.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    require(at < text.length());
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        require(text.length() - at >= 4 && text.substring(at, at + 4).matches("[0-9a-fA-F]{4}"));
        at += 4;
        yield (char) Integer.parseInt(text, at - 4, at, 16);
      }
      default -> throw new Malformed();
    };
  }
}
