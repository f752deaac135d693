package io.gatun.model.hf;

import io.gatun.tensors.Metadata.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A key of GGUF files, without the architecture's prefix, and what {@code config.json} calls it.
 *
 * @param names of which the first that is there counts
 */
record HfKey(String key, Kind kind, List<String> names) {

  /** What a value is. */
  enum Kind {
    INTEGER,
    /** The sum of all names' values. */
    SUM,
    NUMBER,
    /** 1 / √x. */
    INVERSE_ROOT,
    FLAG
  }

  HfKey {
    names = List.copyOf(names);
  }

  static HfKey integer(String key, String... names) {
    return new HfKey(key, Kind.INTEGER, List.of(names));
  }

  static HfKey sum(String key, String... names) {
    return new HfKey(key, Kind.SUM, List.of(names));
  }

  static HfKey inverseRoot(String key, String... names) {
    return new HfKey(key, Kind.INVERSE_ROOT, List.of(names));
  }

  static HfKey number(String key, String... names) {
    return new HfKey(key, Kind.NUMBER, List.of(names));
  }

  static HfKey flag(String key, String... names) {
    return new HfKey(key, Kind.FLAG, List.of(names));
  }

  /** Empty if the configuration does not say it. */
  Optional<Value> in(HfConfig config) {
    Stream<Value> values =
        switch (kind) {
          case INTEGER -> names.stream().flatMap(name -> config.integer(name).stream()).map(HfKey::value);
          case SUM -> Stream.of(value(names.stream().mapToLong(config::requireInteger).sum()));
          case INVERSE_ROOT ->
              names.stream().flatMap(name -> config.number(name).stream()).map(x -> value(1 / Math.sqrt(x)));
          case NUMBER -> names.stream().flatMap(name -> config.number(name).stream()).map(HfKey::value);
          case FLAG -> names.stream().flatMap(name -> config.flag(name).stream()).map(HfKey::value);
        };
    return values.findFirst();
  }

  /** A value with its type as GGUF names it. */
  static Value value(Object content) {
    return switch (content) {
      case Long _ -> new Value("i64", content);
      case Double _ -> new Value("f64", content);
      case Boolean _ -> new Value("bool", content);
      case String _ -> new Value("str", content);
      case boolean[] _ -> new Value("arr[bool]", content);
      case float[] _ -> new Value("arr[f32]", content);
      default -> throw new IllegalArgumentException("no value of metadata: " + content.getClass());
    };
  }
}
