package io.gatun.cli.load;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * What a file says about itself, as far as it says anything: nothing here fails on a strange file.
 *
 * @param architecture {@code general.architecture}, or {@code model_type} of a folder
 * @param name {@code general.name}
 * @param tensors how many
 * @param parameters values in all tensors
 * @param values by encoding, how many values it holds, the most first
 * @param contextLength that it was trained for
 * @param vocabulary tokens, 0 if it has none
 */
public record ModelFacts(
    Optional<String> architecture,
    Optional<String> name,
    int tensors,
    long parameters,
    SequencedMap<String, Long> values,
    OptionalLong contextLength,
    int vocabulary) {
  private static final String[] THOUSANDS = {"", " K", " M", " B", " T"};

  public static ModelFacts of(Checkpoint checkpoint) {
    return of(checkpoint, checkpoint.metadata());
  }

  /** @param metadata what says more than the checkpoint's own */
  static ModelFacts of(Checkpoint checkpoint, Metadata metadata) {
    Optional<String> architecture = content(metadata, "general.architecture", String.class);
    long parameters = checkpoint.tensors().values().stream().mapToLong(TensorData::values).sum();
    return new ModelFacts(
        architecture.or(() -> content(metadata, "model_type", String.class)),
        content(metadata, "general.name", String.class),
        checkpoint.tensors().size(),
        parameters,
        byEncoding(checkpoint),
        content(metadata, architecture.orElse("") + ".context_length", Long.class)
            .map(OptionalLong::of)
            .orElseGet(OptionalLong::empty),
        vocabulary(metadata, architecture.orElse("")));
  }

  /** By the tokenizer, and without one by the architecture; 0 if neither says it. */
  private static int vocabulary(Metadata metadata, String architecture) {
    return content(metadata, "tokenizer.ggml.tokens", Object.class)
        .map(MetadataText::length)
        .or(
            () ->
                content(metadata, architecture + ".vocab_size", Long.class)
                    .filter(size -> size <= Integer.MAX_VALUE)
                    .map(Long::intValue))
        .filter(n -> n > 0)
        .orElse(0);
  }

  /** A string in the metadata, without counting as read. */
  public static Optional<String> string(Metadata metadata, String key) {
    return content(metadata, key, String.class);
  }

  private static <T> Optional<T> content(Metadata metadata, String key, Class<T> type) {
    return metadata.peek(key).map(Metadata.Value::content).filter(type::isInstance).map(type::cast);
  }

  private static SequencedMap<String, Long> byEncoding(Checkpoint checkpoint) {
    var counts = new LinkedHashMap<String, Long>();
    for (TensorData tensor : checkpoint.tensors().values()) {
      Encoding encoding = tensor.encoding();
      counts.merge(encoding.id(), tensor.values(), Long::sum);
    }
    var sorted = new LinkedHashMap<String, Long>();
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /** The encoding that holds most values, in capitals as the field writes it: {@code Q4_K}. */
  public String quantization() {
    return values.isEmpty() ? "no tensors" : values.firstEntry().getKey().toUpperCase(Locale.ROOT);
  }

  /** {@code 260 K}, {@code 7.24 B}. */
  public String parameterText() {
    return count(parameters);
  }

  /** {@code 260 K}, {@code 7.24 B}. */
  public static String count(long number) {
    return scaled(number, 1000, THOUSANDS);
  }

  /** {@code 1.1 MB}, in powers of 1000. */
  public static String bytes(long bytes) {
    return scaled(bytes, 1000, new String[] {" B", " kB", " MB", " GB", " TB"});
  }

  private static String scaled(long number, int step, String[] units) {
    double value = number;
    int unit = 0;
    while (value >= step && unit < units.length - 1) {
      value /= step;
      unit++;
    }
    String digits = unit == 0 || value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return digits.formatted(value) + units[unit];
  }
}
