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
    NUMBER,
    FLAG
  }

  HfKey {
    names = List.copyOf(names);
  }

  static HfKey integer(String key, String... names) {
    return new HfKey(key, Kind.INTEGER, List.of(names));
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
