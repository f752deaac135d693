package io.gatun.safetensors;

import io.gatun.tensors.Metadata;
import io.gatun.tensors.Metadata.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/**
 * The metadata of a folder: {@code config.json} with the names of nested objects joined by dots, {@code
 * quantization_config.bits}, and the texts of the files' {@code __metadata__} under that name.
 */
final class ConfigMetadata {
  private ConfigMetadata() {}

  static Metadata of(String origin, JsonNode config, Map<String, String> texts) {
    var values = new LinkedHashMap<String, Value>();
    add(values, "", config);
    texts.forEach((key, text) -> values.put(SafetensorsHeader.METADATA + "." + key, new Value("str", text)));
    return new Metadata(origin, values);
  }

  private static void add(SequencedMap<String, Value> values, String prefix, JsonNode object) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String key = prefix + entry.getKey();
      if (entry.getValue().isObject()) {
        add(values, key + ".", entry.getValue());
      } else {
        value(entry.getValue()).ifPresent(value -> values.put(key, value));
      }
    }
  }

  /** Empty for null. */
  private static Optional<Value> value(JsonNode node) {
    if (node.isNull()) {
      return Optional.empty();
    }
    if (node.isBoolean()) {
      return Optional.of(new Value("bool", node.booleanValue()));
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return Optional.of(new Value("i64", node.longValue()));
    }
    if (node.isNumber()) {
      return Optional.of(new Value("f64", node.doubleValue()));
    }
    return Optional.of(node.isArray() ? array(node) : new Value("str", node.asString("")));
  }

  /** Elements of different types are shown as JSON. */
  private static Value array(JsonNode array) {
    if (array.valueStream().allMatch(JsonNode::isString)) {
      return new Value("arr[str]", array.valueStream().map(JsonNode::stringValue).toArray(String[]::new));
    }
    if (array.valueStream().allMatch(node -> node.isIntegralNumber() && node.canConvertToLong())) {
      return new Value("arr[i64]", array.valueStream().mapToLong(JsonNode::longValue).toArray());
    }
    if (array.valueStream().allMatch(JsonNode::isNumber)) {
      return new Value("arr[f64]", array.valueStream().mapToDouble(JsonNode::doubleValue).toArray());
    }
    return new Value("str", array.toString());
  }
}
