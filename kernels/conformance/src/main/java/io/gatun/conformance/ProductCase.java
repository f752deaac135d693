package io.gatun.conformance;

import io.gatun.device.ActivationPrecision;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One matrix product to check, in one line of text. Immutable.
 *
 * @param precision of activations: {@code Q8} or {@code F32}
 * @param weights what the matrix holds
 * @param activations what its rows hold
 * @param memory where the weights are
 * @param rows of each expert
 * @param cols whole blocks
 * @param tokens activation rows
 * @param from first weight row that is asked for
 * @param to after the last
 * @param seed of the random values, and of the number of experts and the places of the rows in their buffers
 */
public record ProductCase(
    Encoding encoding,
    ActivationPrecision precision,
    WeightFill weights,
    ActivationFill activations,
    Memory memory,
    int rows,
    int cols,
    int tokens,
    int from,
    int to,
    long seed) {

  /** Where weights are. */
  public enum Memory {
    NATIVE,
    HEAP
  }

  public ProductCase {
    if (rows < 1 || cols < 1 || cols % encoding.blockLength() != 0 || tokens < 1) {
      throw new IllegalArgumentException("%s [%d, %d] times %d rows".formatted(encoding.id(), rows, cols, tokens));
    }
    if (from < 0 || from > to || to > rows) {
      throw new IllegalArgumentException("weight rows %d to %d of %d".formatted(from, to, rows));
    }
  }

  /** Multiply-accumulates of the whole product. */
  long macs() {
    return (long) rows * cols * tokens;
  }

  /** This case with another shape, all weight rows of it asked for where all are asked for here. */
  ProductCase withShape(int newRows, int newCols, int newTokens) {
    int newTo = to == rows ? newRows : Math.min(to, newRows);
    return new ProductCase(
        encoding, precision, weights, activations, memory, newRows, newCols, newTokens, Math.min(from, newTo), newTo, seed);
  }

  /** {@code q4_0 q8 weights=ordinary activations=gaussian memory=native rows=33 cols=64 tokens=5 from=3 to=20 seed=42}. */
  @Override
  public String toString() {
    return "%s %s weights=%s activations=%s memory=%s rows=%d cols=%d tokens=%d from=%d to=%d seed=%d"
        .formatted(
            encoding.id(), word(precision), word(weights), word(activations), word(memory), rows, cols, tokens, from, to, seed);
  }

  /** @throws IllegalArgumentException if {@code line} is not what {@link #toString} writes */
  public static ProductCase parse(String line) {
    String[] words = line.strip().split(" +");
    try {
      Map<String, String> fields =
          Arrays.stream(words).skip(2).collect(Collectors.toMap(ProductCase::key, ProductCase::value));
      return new ProductCase(
          encoding(words[0]),
          named(ActivationPrecision.class, words[1]),
          named(WeightFill.class, field(fields, "weights")),
          named(ActivationFill.class, field(fields, "activations")),
          named(Memory.class, field(fields, "memory")),
          Integer.parseInt(field(fields, "rows")),
          Integer.parseInt(field(fields, "cols")),
          Integer.parseInt(field(fields, "tokens")),
          Integer.parseInt(field(fields, "from")),
          Integer.parseInt(field(fields, "to")),
          Long.parseLong(field(fields, "seed")));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not a case: '%s': %s".formatted(line, e.getMessage()), e);
    }
  }

  private static Encoding encoding(String id) {
    return Encodings.byId(id)
        .or(() -> PlaneKind.byId(id))
        .orElseThrow(() -> new IllegalArgumentException("no encoding " + id));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E named(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }

  private static String key(String field) {
    return field.substring(0, field.indexOf('='));
  }

  private static String value(String field) {
    return field.substring(field.indexOf('=') + 1);
  }

  private static String field(Map<String, String> fields, String key) {
    String value = fields.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
