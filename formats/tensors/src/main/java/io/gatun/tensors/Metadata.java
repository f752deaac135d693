package io.gatun.tensors;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Optional;
import java.util.Set;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Typed key-value metadata of a checkpoint. Remembers which keys were read, so that a reader can report what it did not
 * understand.
 *
 * <p>A getter accepts any width of its kind (an {@code integer} may be stored as u8 … i64), and names key, expected and
 * found type otherwise. Immutable but for the record of read keys; thread-safe.
 */
public final class Metadata {

  /** A stored value: its type as the container names it ({@code u32}, {@code str}, {@code arr[f32]}) and its content. */
  public record Value(String type, Object content) {}

  private final String origin;
  private final SequencedMap<String, Value> values;
  private final Set<String> read = ConcurrentHashMap.newKeySet();

  /**
   * @param origin what to name in messages, usually the file
   * @param values content is a {@link Long} (integers; u64 above 2⁶³ as its two's complement), {@link Double} (floats),
   *     {@link Boolean}, {@link String}, or an array {@code long[]}, {@code float[]}, {@code double[]},
   *     {@code boolean[]}, {@link Utf8Strings}, {@code String[]}
   */
  public Metadata(String origin, SequencedMap<String, Value> values) {
    this.origin = origin;
    this.values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  public SequencedSet<String> keys() {
    return values.sequencedKeySet();
  }

  public boolean contains(String key) {
    return values.containsKey(key);
  }

  /** The raw value, without counting as read. */
  public Optional<Value> peek(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Counts the key as read: for keys that a reader knows and deliberately ignores. */
  public void ignore(String key) {
    read.add(key);
  }

  /** The keys with {@code prefix} that nothing has read. */
  public Set<String> unread(String prefix) {
    var unread = new TreeSet<String>();
    for (String key : values.keySet()) {
      if (key.startsWith(prefix) && !read.contains(key)) {
        unread.add(key);
      }
    }
    return unread;
  }

  /** @throws FormatException if the key is missing or no string */
  public String string(String key) {
    return optionalString(key).orElseThrow(() -> missing(key, "a string"));
  }

  public Optional<String> optionalString(String key) {
    return find(key, String.class, "a string");
  }

  /** @throws FormatException if the key is missing or no integer */
  public long integer(String key) {
    return optionalInteger(key).orElseThrow(() -> missing(key, "an integer"));
  }

  public OptionalLong optionalInteger(String key) {
    return find(key, Long.class, "an integer").map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /**
   * An integer that must lie in a range.
   *
   * @throws FormatException if the key is missing, no integer, or outside {@code [min, max]}
   */
  public int integer(String key, int min, int max) {
    return inRange(key, integer(key), min, max);
  }

  /** As {@link #integer(String, int, int)}, with a value for a missing key. */
  public int integer(String key, int min, int max, int fallback) {
    var value = optionalInteger(key);
    return value.isPresent() ? inRange(key, value.getAsLong(), min, max) : fallback;
  }

  /** @throws FormatException if the key is missing or no float */
  public double number(String key) {
    return optionalNumber(key).orElseThrow(() -> missing(key, "a float"));
  }

  public OptionalDouble optionalNumber(String key) {
    return find(key, Double.class, "a float").map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  public Optional<Boolean> optionalBool(String key) {
    return find(key, Boolean.class, "a bool");
  }

  /** @throws FormatException if the key is missing or no array of strings */
  public List<String> strings(String key) {
    return optionalStrings(key).orElseThrow(() -> missing(key, "an array of strings"));
  }

  public Optional<List<String>> optionalStrings(String key) {
    return find(key, Object.class, "an array of strings")
        .map(
            content ->
                switch (content) {
                  case Utf8Strings strings -> strings;
                  case String[] strings -> List.of(strings);
                  default -> throw mismatch(key, "an array of strings");
                });
  }

  /**
   * An array of strings as its bytes: tokens may hold bytes that are no UTF-8, which {@link #optionalStrings} shows as
   * U+FFFD.
   */
  public Optional<Utf8Strings> optionalUtf8Strings(String key) {
    return optionalStrings(key).map(strings -> strings instanceof Utf8Strings raw ? raw : Utf8Strings.of(strings));
  }

  /**
   * As {@link #optionalUtf8Strings}.
   *
   * @throws FormatException if the key is missing or no array of strings
   */
  public Utf8Strings utf8Strings(String key) {
    return optionalUtf8Strings(key).orElseThrow(() -> missing(key, "an array of strings"));
  }

  /** An array of integers; the array is a copy. */
  public Optional<long[]> optionalIntegers(String key) {
    return find(key, long[].class, "an array of integers").map(long[]::clone);
  }

  /** An array of floats; the array is a copy. */
  public Optional<float[]> optionalFloats(String key) {
    return find(key, float[].class, "an array of f32").map(float[]::clone);
  }

  /** All values, for display; reading them here does not count. */
  public Map<String, Value> asMap() {
    return values;
  }

  /** The file that messages name. */
  public String origin() {
    return origin;
  }

  private <T> Optional<T> find(String key, Class<T> type, String expected) {
    Value value = values.get(key);
    read.add(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value.content())) {
      throw mismatch(key, expected);
    }
    return Optional.of(type.cast(value.content()));
  }

  private FormatException mismatch(String key, String expected) {
    var value = values.get(key);
    String found = value == null ? "missing" : value.type();
    return new FormatException("%s: key %s is %s, expected %s".formatted(origin, key, found, expected));
  }

  private int inRange(String key, long value, int min, int max) {
    boolean unsigned = peek(key).filter(stored -> stored.type().startsWith("u")).isPresent();
    if (value < min || value > max || (unsigned && value < 0)) {
      String spelled = unsigned ? Long.toUnsignedString(value) : Long.toString(value);
      throw new FormatException("%s: key %s is %s, expected %d to %d".formatted(origin, key, spelled, min, max));
    }
    return (int) value;
  }

  private FormatException missing(String key, String expected) {
    return new FormatException("%s: key %s is missing, expected %s".formatted(origin, key, expected));
  }
}
