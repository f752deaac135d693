package io.gatun.model;

import java.util.Optional;

/**
 * A linear map {@code y = scale · W·x + b}, named by its tensors; perhaps some rows of larger ones.
 *
 * @param weight name of a tensor {@code [rows, in]}, or {@code [experts, out, in]}
 * @param bias name of a tensor {@code [rows]}, or {@code [experts, out]}
 * @param scale name of a tensor {@code [1]}, or {@code [experts]}
 * @param experts matrices stacked in the tensor; 0 for a plain one
 * @param out rows that the map has
 * @param in columns
 * @param first of the tensor's rows
 * @param rows that the tensor has
 */
public record Linear(
    String weight,
    Optional<String> bias,
    Optional<String> scale,
    long experts,
    long out,
    long in,
    long first,
    long rows) {

  /** All rows of a tensor, without a scale. */
  public Linear(String weight, Optional<String> bias, long experts, long out, long in) {
    this(weight, bias, Optional.empty(), experts, out, in, 0, out);
  }

  /** Some of its rows. */
  public Linear rows(long from, long count) {
    return new Linear(weight, bias, scale, experts, count, in, first + from, rows);
  }

  Linear withBias(String name) {
    return new Linear(weight, Optional.of(name), scale, experts, out, in, first, rows);
  }

  /** Whether it is nothing but its matrix. */
  boolean isMatrix() {
    return bias.isEmpty() && scale.isEmpty();
  }

  /** Values of its scale. */
  long scales() {
    return Math.max(1, experts);
  }
}
