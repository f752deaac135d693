package io.gatun.model;

import java.util.Optional;

/**
 * A linear map {@code y = W·x + b}, named by its tensors.
 *
 * @param weight name of a tensor {@code [out, in]}, or {@code [experts, out, in]}
 * @param bias name of a tensor {@code [out]}
 * @param experts matrices stacked in the tensor; 0 for a plain one
 */
public record Linear(String weight, Optional<String> bias, long experts, long out, long in) {}
