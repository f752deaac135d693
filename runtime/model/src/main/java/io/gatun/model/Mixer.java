package io.gatun.model;

import io.gatun.device.AttentionSpec;
import java.util.Optional;

/** The part of a block in which tokens see each other. */
public sealed interface Mixer {

  /**
   * Softmax attention over cached keys and values.
   *
   * @param shape heads and their sizes
   * @param rope positions, applied to queries and keys
   * @param queryNorm a norm of each query head before rope
   * @param keyNorm a norm of each key head before rope
   */
  record Attention(
      AttentionSpec shape,
      Rope rope,
      Linear query,
      Linear key,
      Linear value,
      Linear output,
      Optional<Norm> queryNorm,
      Optional<Norm> keyNorm)
      implements Mixer {}
}
