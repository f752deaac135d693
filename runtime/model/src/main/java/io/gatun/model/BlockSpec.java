package io.gatun.model;

/** One block of the residual stream: {@code x += mixer(norm(x)); x += feedForward(norm(x))}. */
public record BlockSpec(Norm mixerNorm, Mixer mixer, Norm feedForwardNorm, FeedForward feedForward) {}
