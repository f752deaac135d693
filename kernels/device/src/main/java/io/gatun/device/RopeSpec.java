package io.gatun.device;

/**
 * Rotary position embedding of one head.
 *
 * @param pairing which dimensions form a pair
 * @param headDim values per head; the first {@code 2 · frequencies.length} rotate, the rest pass through
 * @param frequencies radians per position for each pair, with all context scaling already in them; not copied, must not
 *     change
 * @param magnitude factor on the rotated values (yarn and longrope), else 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record RopeSpec(Pairing pairing, int headDim, double[] frequencies, float magnitude) {

  /** Which dimensions rotate together. */
  public enum Pairing {
    /** {@code (x[2i], x[2i+1])}: llama and its kin (ggml calls it NORM). */
    ADJACENT,
    /** {@code (x[i], x[i + n_rot/2])}: GPT-NeoX, qwen and their kin. */
    HALVES
  }

  public RopeSpec {
    if (2 * frequencies.length > headDim) {
      throw new IllegalArgumentException("%d rotated dimensions in a head of %d".formatted(2 * frequencies.length, headDim));
    }
  }

  /** The first dimension, within its head, of a pair. */
  public int first(int pair) {
    return switch (pairing) {
      case ADJACENT -> 2 * pair;
      case HALVES -> pair;
    };
  }

  /** The second dimension, within its head, of a pair. */
  public int second(int pair) {
    return switch (pairing) {
      case ADJACENT -> 2 * pair + 1;
      case HALVES -> pair + frequencies.length;
    };
  }
}
