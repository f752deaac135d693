package io.gatun.text.template;

import java.util.List;
import java.util.Map;

/** {@code format.format(…)}, as Python does it, with attributes as the sandbox allows them. One use. */
final class BraceFormat {
  private static final int MAX_NESTING = 2;

  private final List<Value> positional;
  private final Map<String, Value> named;
  private final Renderer renderer;
  private int automatic;
  private boolean numbered;

  private BraceFormat(List<Value> positional, Map<String, Value> named, Renderer renderer) {
    this.positional = positional;
    this.named = named;
    this.renderer = renderer;
  }

  static Text apply(Text format, List<Value> positional, Map<String, Value> named, Renderer renderer) {
    return new BraceFormat(positional, named, renderer).format(format, MAX_NESTING);
  }

  private Text format(Text format, int nesting) {
    if (nesting == 0) {
      throw TemplateException.value("Max string recursion exceeded");
    }
    String chars = format.chars();
    var out = new TextBuilder(renderer.budget());
    int plain = 0;
    int at = 0;
    while (at < chars.length()) {
      char c = chars.charAt(at);
      if (c != '{' && c != '}') {
        at++;
        continue;
      }
      out.append(format, plain, at);
      if (at + 1 < chars.length() && chars.charAt(at + 1) == c) {
        out.append(format, at, at + 1);
        at += 2;
      } else if (c == '}') {
        throw TemplateException.value("Single '}' encountered in format string");
      } else {
        int end = end(chars, at + 1);
        out.append(field(format.slice(at + 1, end), nesting, format.isMarkup()));
        at = end + 1;
      }
      plain = at;
    }
    return out.append(format, plain, chars.length()).build().asMarkup(format.isMarkup());
  }

  /** Where the field that begins at {@code from} ends. */
  private static int end(String chars, int from) {
    int depth = 1;
    boolean bracket = false;
    for (int i = from; i < chars.length(); i++) {
      char c = chars.charAt(i);
      if (c == '[') {
        bracket = true;
      } else if (c == ']') {
        bracket = false;
      } else if (!bracket && c == '{') {
        depth++;
      } else if (!bracket && c == '}' && --depth == 0) {
        return i;
      }
    }
    throw TemplateException.value(
        from >= chars.length() ? "Single '{' encountered in format string" : "expected '}' before end of string");
  }

  private Text field(Text field, int nesting, boolean markup) {
    String chars = field.chars();
    int end = 0;
    boolean bracket = false;
    while (end < chars.length() && (bracket || (chars.charAt(end) != ':' && chars.charAt(end) != '!'))) {
      bracket = chars.charAt(end) == '[' || (bracket && chars.charAt(end) != ']');
      end++;
    }
    Value value = value(chars.substring(0, end));
    Budget budget = renderer.budget();
    if (end < chars.length() && chars.charAt(end) == '!') {
      value = converted(value, end + 1 < chars.length() ? chars.charAt(end + 1) : 0);
      end += 2;
      if (end < chars.length() && chars.charAt(end) != ':') {
        throw TemplateException.value("expected ':' after conversion specifier");
      }
    }
    Text spec = end < chars.length() ? format(field.slice(end + 1, chars.length()), nesting - 1) : Text.EMPTY;
    Text shown = FormatSpec.parse(spec.chars()).apply(value, budget);
    return markup && !(value instanceof Text safe && safe.isMarkup()) ? Markup.escaped(shown, budget) : shown;
  }

  private Value converted(Value value, char conversion) {
    return switch (conversion) {
      case 's' -> Repr.string(value, renderer.budget());
      case 'r', 'a' -> Repr.of(value, renderer.budget());
      default -> throw TemplateException.value("Unknown conversion specifier '%c'".formatted(conversion));
    };
  }

  /** Follows a name such as {@code 0.name[key]}. */
  private Value value(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    Value value = end == path.length() ? first(path) : owner(path.substring(0, end));
    while (end < path.length()) {
      boolean attribute = path.charAt(end) == '.';
      int from = end + 1;
      end = from;
      String ends = attribute ? ".[" : "]";
      while (end < path.length() && ends.indexOf(path.charAt(end)) < 0) {
        end++;
      }
      String name = path.substring(from, end);
      if (name.isEmpty() || (!attribute && end == path.length())) {
        throw TemplateException.value("Empty attribute in format string");
      }
      value = attribute ? renderer.attribute(value, name) : renderer.item(value, key(name));
      end += attribute ? 0 : 1;
    }
    return value;
  }

  private static Value key(String name) {
    return isNumber(name) ? Int.of(Long.parseLong(name)) : Text.template(name);
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** What stands in front of attributes: it is never counted automatically. */
  private Value owner(String name) {
    return isNumber(name) ? positional(Integer.parseInt(name)) : named(name);
  }

  private Value named(String name) {
    Value value = named.get(name);
    if (value == null) {
      throw TemplateException.of("KeyError", "'" + name + "'");
    }
    return value;
  }

  private Value first(String name) {
    if (!name.isEmpty() && !isNumber(name)) {
      return named(name);
    }
    if (name.isEmpty() ? numbered : automatic > 0) {
      throw TemplateException.value("cannot switch between automatic and manual field numbering");
    }
    numbered = !name.isEmpty();
    return positional(numbered ? Integer.parseInt(name) : automatic++);
  }

  private Value positional(int place) {
    if (place >= positional.size()) {
      throw TemplateException.of(
          "IndexError", "Replacement index %d out of range for positional args tuple".formatted(place));
    }
    return positional.get(place);
  }
}
