package io.gatun.cli.terminal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON in and out, strict: duplicate keys and trailing text are errors. Thread-safe. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  public static ArrayNode ids(int[] ids) {
    ArrayNode array = array();
    for (int id : ids) {
      array.add(id);
    }
    return array;
  }

  /** On one line. */
  public static String text(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  public static String indented(JsonNode node) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
  }

  /**
   * Parses one JSON value.
   *
   * @param what it is, for the message
   * @throws UsageException if it is no JSON
   */
  public static JsonNode parse(String text, String what) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node.isMissingNode()) {
        throw new UsageException(what + " is empty, expected JSON");
      }
      return node;
    } catch (JacksonException e) {
      throw new UsageException(
          "%s is not JSON: %s%s".formatted(what, EscapeFilter.oneLine(e.getOriginalMessage()), place(e)));
    }
  }

  /** A JSON value as null, booleans, numbers, strings, lists and maps. */
  public static @Nullable Object plain(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        node.properties().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
        yield map;
      }
      case ARRAY -> {
        var list = new ArrayList<@Nullable Object>(node.size());
        node.forEach(item -> list.add(plain(item)));
        yield list;
      }
      case STRING -> node.stringValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.isIntegralNumber() ? node.bigIntegerValue() : (Object) node.doubleValue();
      case NULL, MISSING -> null;
      case BINARY, POJO -> throw new IllegalArgumentException("not JSON: " + node.getNodeType());
    };
  }

  private static String place(JacksonException e) {
    var location = e.getLocation();
    return location == null ? "" : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }

  /**
   * A JSON array of token ids.
   *
   * @throws UsageException if it is something else
   */
  public static int[] ids(JsonNode node, String what) {
    if (!node.isArray()) {
      throw new UsageException(what + ": expected a JSON array of ids, [1, 2, 3]");
    }
    var ids = new int[node.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = node.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw new UsageException("%s: element %d is %s, expected a token id".formatted(what, i, id));
      }
      ids[i] = id.intValue();
    }
    return ids;
  }
}
