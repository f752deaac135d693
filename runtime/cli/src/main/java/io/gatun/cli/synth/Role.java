package io.gatun.cli.synth;

/** What a tensor does in a model, as far as the choice of its encoding goes. */
enum Role {
  EMBEDDING,
  HEAD,
  QUERY,
  KEY,
  VALUE,
  ATTENTION_OUTPUT,
  GATE,
  UP,
  DOWN,
  /** Chooses experts; never quantized. */
  ROUTER,
  /** A gain of a norm: 1. */
  GAIN,
  /** A bias: 0. */
  BIAS,
  /** The divisors of rotary frequencies. */
  ROPE_DIVISORS
}
