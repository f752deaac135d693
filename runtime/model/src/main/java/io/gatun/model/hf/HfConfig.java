package io.gatun.model.hf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Metadata.Value;
import io.gatun.tensors.Shown;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code config.json} says of a model of text, which in one that sees pictures is an object of its own. Null
 * counts as missing. Immutable.
 */
final class HfConfig {
  static final String NAME = "config.json";

  /** Objects that describe the model of text. */
  private static final List<String> TEXT = List.of("text_config.", "llm_config.", "language_config.");

  private final Metadata metadata;
  private final List<String> prefixes;
  private final Map<String, Object> defaults;

  private HfConfig(Metadata metadata, List<String> prefixes, Map<String, Object> defaults) {
    this.metadata = metadata;
    this.prefixes = prefixes;
    this.defaults = defaults;
  }

  /** @param metadata {@code config.json} with the names of nested objects joined by dots */
  static HfConfig of(Metadata metadata) {
    Optional<String> nested =
        TEXT.stream().filter(prefix -> metadata.keys().stream().anyMatch(key -> key.startsWith(prefix))).findFirst();
    return new HfConfig(metadata, Stream.concat(nested.stream(), Stream.of("")).toList(), Map.of());
  }

  /** The same, with what holds where the file says nothing. */
  HfConfig withDefaults(Map<String, Object> values) {
    return new HfConfig(metadata, prefixes, values);
  }

  /** The file, for messages. */
  String origin() {
    return metadata.origin() + ": " + NAME;
  }

  /**
   * {@code model_type}, or what the name of the class says of it, without underscores: {@code qwen2moe}.
   *
   * @throws FormatException if neither is there
   */
  String modelType() {
    Optional<String> type = text("model_type");
    Optional<String> named =
        texts("architectures").stream()
            .flatMap(Arrays::stream)
            .findFirst()
            .map(name -> name.replaceFirst("For[A-Z].*", ""));
    return plain(
        type.or(() -> named)
            .orElseThrow(() -> new FormatException(origin() + ": model_type is missing, expected a string")));
  }

  /** A type of models as it is compared. */
  static String plain(String type) {
    return type.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Whatever it is. */
  Optional<Object> value(String key) {
    return prefixes.stream()
        .flatMap(prefix -> metadata.peek(prefix + key).stream())
        .findFirst()
        .map(Value::content)
        .or(() -> Optional.ofNullable(defaults.get(key)));
  }

  Optional<Long> integer(String key) {
    return value(key).map(content -> cast(key, content, Long.class, "an integer"));
  }

  /** @throws FormatException if it is missing */
  long requireInteger(String key) {
    return integer(key).orElseThrow(() -> missing(key, "an integer"));
  }

  Optional<Double> number(String key) {
    return value(key).map(content -> cast(key, content, Number.class, "a number").doubleValue());
  }

  Optional<Boolean> flag(String key) {
    return value(key).map(content -> cast(key, content, Boolean.class, "true or false"));
  }

  Optional<String> text(String key) {
    return value(key).map(content -> cast(key, content, String.class, "a string"));
  }

  Optional<String[]> texts(String key) {
    return value(key).map(content -> cast(key, content, String[].class, "an array of strings"));
  }

  Optional<double[]> numbers(String key) {
    return value(key)
        .map(
            content ->
                content instanceof long[] integers
                    ? Arrays.stream(integers).asDoubleStream().toArray()
                    : cast(key, content, double[].class, "an array of numbers"));
  }

  private <T> T cast(String key, Object content, Class<T> type, String expected) {
    if (!type.isInstance(content)) {
      throw new FormatException("%s: %s is %s, expected %s".formatted(origin(), key, shown(content), expected));
    }
    return type.cast(content);
  }

  private static String shown(Object content) {
    return switch (content) {
      case String text -> "\"" + Shown.of(text) + "\"";
      case Number _, Boolean _ -> content.toString();
      default -> "an array";
    };
  }

  FormatException missing(String key, String expected) {
    return new FormatException("%s: %s is missing, expected %s".formatted(origin(), key, expected));
  }
}
