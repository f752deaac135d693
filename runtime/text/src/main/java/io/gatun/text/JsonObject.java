package io.gatun.text;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file that knows where it stands, so that its getters can say what is wrong where. A member that
 * is {@code null} counts as missing. Immutable.
 */
final class JsonObject {
  private final String file;
  private final String path;
  private final Map<String, Object> members;

  /**
   * @param path where in the file, empty at its top
   * @param members each a {@link String}, {@link Boolean}, {@link Long}, {@link Double}, {@link List}, {@link
   *     JsonObject}, or what a reader made of it
   */
  JsonObject(String file, String path, Map<String, Object> members) {
    this.file = file;
    this.path = path;
    this.members = members;
  }

  /** An object without members, for a file that is not there. */
  static JsonObject none(String file) {
    return new JsonObject(file, "", Map.of());
  }

  Map<String, Object> members() {
    return members;
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  Optional<String> optionalString(String name) {
    return optional(name, String.class, "a string");
  }

  String string(String name) {
    return optionalString(name).orElseThrow(() -> malformed(name, "missing", "a string"));
  }

  String string(String name, String fallback) {
    return optionalString(name).orElse(fallback);
  }

  Optional<Boolean> optionalBool(String name) {
    return optional(name, Boolean.class, "a boolean");
  }

  boolean bool(String name, boolean fallback) {
    return optionalBool(name).orElse(fallback);
  }

  OptionalLong optionalInteger(String name) {
    return optional(name, Long.class, "an integer").map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /** @throws FormatException if it is missing, no integer or outside {@code [min, max]} */
  int integer(String name, int min, int max) {
    long value = optionalInteger(name).orElseThrow(() -> malformed(name, "missing", "an integer"));
    return inRange(name, value, min, max);
  }

  int integer(String name, int min, int max, int fallback) {
    return has(name) ? integer(name, min, max) : fallback;
  }

  private int inRange(String name, long value, int min, int max) {
    if (value < min || value > max) {
      throw malformed(name, Long.toString(value), "%d to %d".formatted(min, max));
    }
    return (int) value;
  }

  Optional<JsonObject> optionalObject(String name) {
    return optional(name, JsonObject.class, "an object");
  }

  JsonObject object(String name) {
    return optionalObject(name).orElseThrow(() -> malformed(name, "missing", "an object"));
  }

  /** A list of objects, empty if it is missing. */
  List<JsonObject> objects(String name) {
    return list(name, JsonObject.class, "an object");
  }

  /** A list, empty if it is missing. */
  <T> List<T> list(String name, Class<T> type, String expected) {
    var elements = new ArrayList<T>();
    for (Object element : optional(name, List.class, "an array").orElse(List.of())) {
      if (!type.isInstance(element)) {
        throw malformed(name + "[" + elements.size() + "]", kind(element), expected);
      }
      elements.add(type.cast(element));
    }
    return elements;
  }

  <T> Optional<T> optional(String name, Class<T> type, String expected) {
    Object value = members.get(name);
    if (value != null && !type.isInstance(value)) {
      throw malformed(name, kind(value), expected);
    }
    return Optional.ofNullable(value).map(type::cast);
  }

  /** Exactly one character. */
  int character(String name) {
    String value = string(name);
    if (value.isEmpty() || value.codePointCount(0, value.length()) != 1) {
      throw malformed(name, "'" + value + "'", "one character");
    }
    return value.codePointAt(0);
  }

  FormatException malformed(String name, String found, String expected) {
    return new FormatException("%s: %s is %s, expected %s".formatted(file, place(name), found, expected));
  }

  /** For something that may well be right, but that we do not do. */
  UnsupportedModelException unsupported(String name, String found) {
    return new UnsupportedModelException("%s: %s: %s is not supported".formatted(file, place(name), found));
  }

  String file() {
    return file;
  }

  private String place(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String _ -> "a string";
      case Boolean _ -> "a boolean";
      case Long _ -> "an integer";
      case Double _ -> "a number";
      case List<?> _ -> "an array";
      default -> "an object";
    };
  }
}
