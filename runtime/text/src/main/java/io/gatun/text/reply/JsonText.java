package io.gatun.text.reply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON that stays text: values are slices of what was written. */
final class JsonText {
  private JsonText() {}

  /** Whether the text is one JSON value, white space around it aside. */
  static boolean isValue(String text) {
    var scanner = new JsonScanner();
    for (int i = 0; i < text.length(); i++) {
      if (scanner.accept(text.charAt(i)) == JsonScanner.Status.BROKEN) {
        return false;
      }
    }
    return scanner.status() == JsonScanner.Status.COMPLETE;
  }

  static boolean isObject(String text) {
    return text.stripLeading().startsWith("{") && isValue(text);
  }

  /** The values of a valid array. */
  static List<String> items(String array) {
    var items = new ArrayList<String>();
    int at = skipSpace(array, array.indexOf('[') + 1);
    while (array.charAt(at) != ']') {
      int end = valueEnd(array, at);
      items.add(array.substring(at, end));
      at = skipSeparator(array, end);
    }
    return items;
  }

  /** The members of a valid object: decoded names to values. Of members with one name the last counts. */
  static Map<String, String> members(String object) {
    var members = new LinkedHashMap<String, String>();
    int at = skipSpace(object, object.indexOf('{') + 1);
    while (object.charAt(at) != '}') {
      int end = valueEnd(object, at);
      String name = decoded(object.substring(at, end));
      at = skipSpace(object, object.indexOf(':', end) + 1);
      end = valueEnd(object, at);
      members.put(name, object.substring(at, end));
      at = skipSeparator(object, end);
    }
    return members;
  }

  /** The text that a valid JSON string stands for. */
  static String decoded(String string) {
    var text = new StringBuilder();
    for (int i = 1; i < string.length() - 1; i++) {
      char c = string.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escaped = string.charAt(++i);
      if (escaped == 'u') {
        text.append((char) Integer.parseInt(string, i + 1, i + 5, 16));
        i += 4;
      } else {
        int control = "bfnrt".indexOf(escaped);
        text.append(control < 0 ? escaped : "\b\f\n\r\t".charAt(control));
      }
    }
    return text.toString();
  }

  /** A JSON string that stands for the text. */
  static String encoded(String text) {
    var string = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int control = "\b\f\n\r\t\"\\".indexOf(c);
      if (control >= 0) {
        string.append('\\').append("bfnrt\"\\".charAt(control));
      } else if (c < ' ') {
        string.append("\\u%04x".formatted((int) c));
      } else {
        string.append(c);
      }
    }
    return string.append('"').toString();
  }

  /** An object of these members, whose values are JSON. */
  static String object(Map<String, String> members) {
    var object = new StringBuilder("{");
    String separator = "";
    for (var member : members.entrySet()) {
      object.append(separator).append(encoded(member.getKey())).append(": ").append(member.getValue());
      separator = ", ";
    }
    return object.append('}').toString();
  }

  /** Where the value ends that begins here. */
  private static int valueEnd(String text, int from) {
    var scanner = new JsonScanner();
    int at = from;
    while (scanner.accept(text.charAt(at)) == JsonScanner.Status.OPEN) {
      at++;
    }
    char first = text.charAt(from);
    boolean number = first == '-' || (first >= '0' && first <= '9');
    while (number && "+-.eE0123456789".indexOf(text.charAt(at + 1)) >= 0) {
      at++;
    }
    return at + 1;
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (Prose.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int skipSeparator(String text, int from) {
    int at = skipSpace(text, from);
    return text.charAt(at) == ',' ? skipSpace(text, at + 1) : at;
  }
}
