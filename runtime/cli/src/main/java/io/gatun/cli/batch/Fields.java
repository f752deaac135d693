package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Typed fields of a JSON object. A missing field and null are the same; another type is a {@link UsageException} that
 * names the field.
 *
 * @param object what has the fields
 * @param path before the names of the fields, in messages
 */
record Fields(JsonNode object, String path) {

  boolean has(String name) {
    return field(name).isPresent();
  }

  Optional<JsonNode> field(String name) {
    return Optional.ofNullable(object.get(name)).filter(value -> !value.isNull());
  }

  Optional<String> text(String name) {
    return field(name).map(value -> text(value, path + name));
  }

  OptionalLong integer(String name) {
    Optional<JsonNode> value = field(name);
    value.filter(found -> !found.isIntegralNumber() || !found.canConvertToLong())
        .ifPresent(found -> wrong(path + name, found, "an integer"));
    return value.map(found -> OptionalLong.of(found.longValue())).orElse(OptionalLong.empty());
  }

  OptionalDouble number(String name) {
    Optional<JsonNode> value = field(name);
    value.filter(found -> !found.isNumber()).ifPresent(found -> wrong(path + name, found, "a number"));
    return value.map(found -> OptionalDouble.of(found.doubleValue())).orElse(OptionalDouble.empty());
  }

  /** An {@link #integer} that fits 32 bits. */
  Optional<Integer> count(String name) {
    OptionalLong value = integer(name);
    if (value.isPresent() && value.getAsLong() != (int) value.getAsLong()) {
      throw new UsageException("%s%s is %d: expected at most %d".formatted(path, name, value.getAsLong(), Integer.MAX_VALUE));
    }
    return value.isPresent() ? Optional.of((int) value.getAsLong()) : Optional.empty();
  }

  /** A string, or an array of strings. */
  Optional<List<String>> texts(String name) {
    return field(name).map(value -> value.isArray() ? elements(value, path + name) : List.of(text(value, path + name)));
  }

  private static List<String> elements(JsonNode array, String name) {
    var texts = new ArrayList<String>();
    for (int i = 0; i < array.size(); i++) {
      texts.add(text(array.get(i), "%s[%d]".formatted(name, i)));
    }
    return texts;
  }

  /** An object with fields of its own. */
  Optional<Fields> object(String name) {
    return field(name).map(value -> object(value, path + name));
  }

  /** An array of objects; empty if it is missing. */
  List<Fields> objects(String name) {
    Optional<JsonNode> array = field(name);
    array.filter(value -> !value.isArray()).ifPresent(value -> wrong(path + name, value, "an array"));
    var objects = new ArrayList<Fields>();
    for (JsonNode element : array.orElseGet(Json::array)) {
      objects.add(object(element, "%s%s[%d]".formatted(path, name, objects.size())));
    }
    return objects;
  }

  private static Fields object(JsonNode value, String name) {
    if (!value.isObject()) {
      throw wrong(name, value, "an object");
    }
    return new Fields(value, name + ".");
  }

  /** As null, booleans, numbers, strings, lists and maps. */
  Map<String, @Nullable Object> plain() {
    var plain = new LinkedHashMap<String, @Nullable Object>();
    object.properties().forEach(field -> plain.put(field.getKey(), Json.plain(field.getValue())));
    return plain;
  }

  /** A string without halves of surrogate pairs, which UTF-8 cannot say. */
  static String text(JsonNode value, String name) {
    if (!value.isString()) {
      throw wrong(name, value, "a string");
    }
    String text = value.stringValue();
    if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new UsageException(name + " has half of a surrogate pair: expected whole characters");
    }
    return text;
  }

  static UsageException wrong(String name, JsonNode found, String expected) {
    String shown = found.isObject() ? "an object" : found.isArray() ? "an array" : shortened(found.toString());
    throw new UsageException("%s is %s: expected %s".formatted(name, shown, expected));
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
