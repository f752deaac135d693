package io.gatun.cli.load;

import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Json;
import io.gatun.tensors.Metadata;
import java.lang.reflect.Array;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Metadata for people and as JSON; long arrays are abbreviated in both. */
public final class MetadataText {
  private static final int SHOWN_TEXT = 100;
  private static final int SHOWN_ELEMENTS = 6;
  private static final int JSON_ELEMENTS = 32;

  private MetadataText() {}

  /** {@code f32 1.0E-5}, {@code arr[str] of 512: "a", "b", …}. */
  public static String line(Metadata.Value value) {
    Object content = value.content();
    int length = length(content);
    if (length < 0) {
      return value.type() + " " + shown(value, content);
    }
    var text = new StringBuilder("%s of %d:".formatted(value.type(), length));
    for (int i = 0; i < Math.min(length, SHOWN_ELEMENTS); i++) {
      text.append(i == 0 ? " " : ", ").append(shown(value, element(content, i)));
    }
    return text.append(length > SHOWN_ELEMENTS ? ", …" : "").toString();
  }

  private static String shown(Metadata.Value value, Object content) {
    return switch (content) {
      case String text -> {
        String plain = EscapeFilter.plain(text).replace("\n", "\\n");
        yield '"' + (plain.length() <= SHOWN_TEXT ? plain : cut(plain)) + '"';
      }
      case Long number when value.type().contains("u64") -> Long.toUnsignedString(number);
      case Double number when value.type().contains("f32") -> Float.toString(number.floatValue());
      default -> String.valueOf(content);
    };
  }

  /** Of an array or list; negative for a single value. */
  static int length(Object content) {
    return content instanceof List<?> list ? list.size() : content.getClass().isArray() ? Array.getLength(content) : -1;
  }

  private static Object element(Object content, int index) {
    return content instanceof List<?> list ? list.get(index) : Array.get(content, index);
  }

  private static String cut(String text) {
    return text.substring(0, text.offsetByCodePoints(0, Math.min(SHOWN_TEXT, text.codePointCount(0, text.length())))) + "…";
  }

  /** {@code {"type":"u32","value":5}}, {@code {"type":"arr[str]","length":512,"first":[…]}}. */
  public static JsonNode json(Metadata.Value value) {
    Object content = value.content();
    ObjectNode node = Json.object().put("type", value.type());
    int length = length(content);
    if (length < 0) {
      return put(node, value, content);
    }
    node.put("length", length);
    ArrayNode first = node.putArray(length > JSON_ELEMENTS ? "first" : "value");
    for (int i = 0; i < Math.min(length, JSON_ELEMENTS); i++) {
      first.add(put(Json.object(), value, element(content, i)).get("value"));
    }
    return node;
  }

  private static ObjectNode put(ObjectNode node, Metadata.Value value, Object content) {
    return switch (content) {
      case Long number when value.type().contains("u64") ->
          node.put("value", new java.math.BigInteger(Long.toUnsignedString(number)));
      case Long number -> node.put("value", number);
      case Float number -> node.put("value", number);
      case Double number when value.type().contains("f32") -> node.put("value", number.floatValue());
      case Double number -> node.put("value", number);
      case Boolean truth -> node.put("value", truth);
      default -> node.put("value", String.valueOf(content));
    };
  }
}
