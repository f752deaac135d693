package io.gatun.model.hf;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Metadata.Value;
import io.gatun.tensors.Shown;
import io.gatun.tensors.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** What a configuration says, under the keys of GGUF files. */
final class HfMetadata {
  private static final String SLIDING = "sliding_attention";

  /** What EXL3 makes widths multiples of. */
  private static final int EXL3_BLOCK = 128;

  private final HfConfig config;
  private final HfFamily family;
  private final SequencedMap<String, Value> values = new LinkedHashMap<>();

  private HfMetadata(HfConfig config, HfFamily family) {
    this.config = config;
    this.family = family;
  }

  /**
   * @param name of the model, for people
   * @throws FormatException if something that every model has is missing
   * @throws UnsupportedModelException if the model computes something that its architecture does not
   */
  static SequencedMap<String, Value> of(HfConfig config, HfFamily family, HfRope rope, String name) {
    var metadata = new HfMetadata(config, family);
    metadata.values.put("general.architecture", HfKey.value(family.architecture()));
    metadata.values.put("general.name", HfKey.value(name));
    metadata.read(rope);
    return metadata.values;
  }

  private void read(HfRope rope) {
    Stream.of("num_hidden_layers", "hidden_size", "num_attention_heads", "max_position_embeddings")
        .forEach(config::requireInteger);
    requireActivation();
    family.requirements().forEach(this::require);
    Stream.concat(HfFamilies.KEYS.stream(), family.keys().stream())
        .forEach(key -> key.in(config).ifPresent(value -> put(key.key(), stored(key.key(), value))));
    rope.keys().forEach((key, value) -> put(key, HfKey.value(value)));
    family.constants().forEach((key, value) -> put(key, HfKey.value(value)));
    config.texts("layer_types").flatMap(HfMetadata::windows).ifPresent(local ->
        put("attention.sliding_window_pattern", HfKey.value(local)));
  }

  /**
   * EXL3 stores a network whose width is no multiple of 128 as a wider one, the rows of two matrices and the columns of
   * the third alike, and so it is computed. Source: exllamav3, modules/linear.py and mlp.py.
   */
  private Value stored(String key, Value value) {
    boolean isPadded =
        key.endsWith("feed_forward_length")
            && config.text("quantization_config.quant_method").filter("exl3"::equals).isPresent();
    return isPadded && value.content() instanceof Long width
        ? HfKey.value(Math.ceilDiv(width, EXL3_BLOCK) * EXL3_BLOCK)
        : value;
  }

  private void put(String key, Value value) {
    values.put(family.architecture() + "." + key, value);
  }

  private void requireActivation() {
    Optional<String> function = config.text("hidden_activation").or(() -> config.text("hidden_act"));
    function
        .filter(name -> !family.activations().contains(name))
        .ifPresent(
            name -> {
              throw new UnsupportedModelException(
                  "%s: hidden_act '%s' is not supported here, expected one of %s"
                      .formatted(config.origin(), Shown.of(name), String.join(", ", family.activations())));
            });
  }

  private void require(String name, Object wanted) {
    config
        .value(name)
        .filter(value -> !value.equals(wanted))
        .ifPresent(
            value -> {
              throw new UnsupportedModelException(
                  "%s: %s is %s, which is not supported here, expected %s"
                      .formatted(config.origin(), name, Shown.of(String.valueOf(value)), wanted));
            });
  }

  /** Which layers have a window; empty if none has. */
  private static Optional<boolean[]> windows(String[] types) {
    var local = new boolean[types.length];
    boolean any = false;
    for (int i = 0; i < local.length; i++) {
      local[i] = types[i].equals(SLIDING);
      any |= local[i];
    }
    return any ? Optional.of(local) : Optional.empty();
  }
}
