package io.gatun.engine;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A setting of a {@link Sampling} with its name, see {@link SamplingParameters}. Immutable, thread-safe. */
public final class SamplingParameter {

  /** How many values a parameter has. */
  public enum Shape {
    ONE,
    LIST
  }

  private final String id;
  private final List<String> aliases;
  private final String placeholder;
  private final String description;
  private final Shape shape;
  private final Function<Sampling, List<String>> read;
  private final BiFunction<Sampling, ParameterValue, Sampling> write;

  SamplingParameter(
      String id,
      List<String> aliases,
      String placeholder,
      String description,
      Shape shape,
      Function<Sampling, List<String>> read,
      BiFunction<Sampling, ParameterValue, Sampling> write) {
    this.id = id;
    this.aliases = aliases;
    this.placeholder = placeholder;
    this.description = description;
    this.shape = shape;
    this.read = read;
    this.write = write;
  }

  /** Its name, words joined by {@code _}. */
  public String id() {
    return id;
  }

  /** Other names of it. */
  public List<String> aliases() {
    return aliases;
  }

  /** What stands for the value in a synopsis: {@code X} a number, {@code N} a whole one. */
  public String placeholder() {
    return placeholder;
  }

  /** What it does, in a line that begins in lower case and has no full stop. */
  public String description() {
    return description;
  }

  public Shape shape() {
    return shape;
  }

  /** The values that {@link #set(Sampling, List)} takes; a single one unless the shape is a list. */
  public List<String> values(Sampling sampling) {
    return read.apply(sampling);
  }

  /**
   * A copy with another value; of a list, with this single element, or none if it is empty.
   *
   * @throws IllegalArgumentException if the value does not parse or is out of its range, naming parameter and value
   */
  public Sampling set(Sampling sampling, String value) {
    return set(sampling, shape == Shape.LIST && value.isEmpty() ? List.of() : List.of(value));
  }

  /**
   * A copy with other values. Samplers may also be joined by {@code ;}, biases are {@code id=bias}, sequence breakers may
   * hold the escapes {@code \n \t \\}.
   *
   * @param values exactly one, unless the shape is a list
   * @throws IllegalArgumentException if a value does not parse or is out of its range, naming parameter and value
   */
  public Sampling set(Sampling sampling, List<String> values) {
    Require.that(shape == Shape.LIST || values.size() == 1, id, values, "a single value");
    return write.apply(sampling, new ParameterValue(id, List.copyOf(values)));
  }

  @Override
  public String toString() {
    return id;
  }
}
