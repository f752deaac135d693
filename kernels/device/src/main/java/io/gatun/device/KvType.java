package io.gatun.device;

/** How cached keys or values are stored. */
public enum KvType {
  F32,
  F16,
  /** 8-bit codes with one f16 scale per run of at most 32 values of a head. */
  Q8_0;

  /** The name users write: {@code f16}. */
  public String id() {
    return Words.of(this);
  }

  /** @throws IllegalArgumentException for an unknown word, listing the known ones */
  public static KvType parse(String id) {
    return Words.parse(KvType.class, "cache type", id);
  }
}
