package io.gatun.device;

import java.util.List;

/**
 * What a {@link KvPool} stores for a token.
 *
 * @param layers one entry per layer that caches keys and values
 * @param keyType storage of keys
 * @param valueType storage of values
 */
public record KvLayout(List<Layer> layers, KvType keyType, KvType valueType) {

  /**
   * @param headCountKv heads, ≥ 1
   * @param keyDim values per key head
   * @param valueDim values per value head
   */
  public record Layer(int headCountKv, int keyDim, int valueDim) {}

  public KvLayout {
    layers = List.copyOf(layers);
  }
}
