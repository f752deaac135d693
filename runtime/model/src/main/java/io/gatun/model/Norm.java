package io.gatun.model;

/**
 * A root-mean-square norm.
 *
 * @param gain name of a tensor {@code [size]}
 * @param size values normalised together: the width of the model, or of a head
 * @param eps added to the mean square
 */
public record Norm(String gain, long size, float eps) {}
