package io.gatun.device;

/** The precision of activations where they meet weights. */
public enum ActivationPrecision {
  /** 8-bit codes for quantized encodings, float for the others. */
  Q8,
  /** Float everywhere. */
  F32,
  /** What the checkpoint prescribes; where it prescribes nothing, as {@link #Q8}. */
  NATIVE;

  /** The word users write. */
  public String id() {
    return Words.of(this);
  }

  /** Whether activations become 8-bit codes where they meet a quantized encoding that prescribes nothing. */
  public boolean quantizes() {
    return switch (this) {
      case Q8, NATIVE -> true;
      case F32 -> false;
    };
  }

  /** @throws IllegalArgumentException for an unknown word, listing the known ones */
  public static ActivationPrecision parse(String id) {
    return Words.parse(ActivationPrecision.class, "activations", id);
  }
}
