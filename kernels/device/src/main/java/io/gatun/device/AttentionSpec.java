package io.gatun.device;

/**
 * The shape of an attention.
 *
 * @param headCount query heads
 * @param headCountKv key and value heads, divides {@code headCount}
 * @param keyDim values per query and key head
 * @param valueDim values per value head
 * @param scale factor on the logits, usually 1/√keyDim
 */
public record AttentionSpec(int headCount, int headCountKv, int keyDim, int valueDim, float scale) {

  public AttentionSpec {
    if (headCount < 1 || headCountKv < 1 || headCount % headCountKv != 0 || keyDim < 1 || valueDim < 1) {
      throw new IllegalArgumentException(
          "head_count %d, head_count_kv %d, key_length %d, value_length %d".formatted(headCount, headCountKv, keyDim, valueDim));
    }
  }
}
