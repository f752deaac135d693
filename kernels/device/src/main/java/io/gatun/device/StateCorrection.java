package io.gatun.device;

/**
 * What {@link Device#linearAttention} corrects its state with: {@code b ⊗ (a·S)} is added.
 *
 * @param a {@code [rows, heads · keyDim]}
 * @param b likewise
 */
public record StateCorrection(Buffer a, Buffer b) {}
