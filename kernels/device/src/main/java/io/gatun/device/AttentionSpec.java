package io.gatun.device;

/**
 * The shape of an attention, and what becomes of its logits.
 *
 * @param headCount query heads
 * @param headCountKv key and value heads, divides {@code headCount}
 * @param keyDim values per query and key head
 * @param valueDim values per value head
 * @param scale factor on the logits, usually 1/√keyDim
 * @param window a row sees keys at positions above its own minus this; {@link #ALL} for all of them
 * @param chunk positions are cut into runs of so many, and a row sees only keys of its own; {@link #ALL} for one run
 * @param softcap logits become {@code softcap · tanh(logit / softcap)}; 0 for none
 * @param slopes what the logit of a query head falls by per position of distance, after the cap (Press and others 2021,
 *     arXiv 2108.12409); empty for none; not copied, must not change
 * @param sinks a logit of each query head that joins its softmax and has no value (Xiao and others 2023, arXiv
 *     2309.17453); empty for none; not copied, must not change
 * @param biases what is added to the logit of a query head by how far a key is ahead, after the cap: {@code [headCount, 2 ·
 *     reach + 1]} for distances from {@code −reach}, those beyond as those at the ends (Raffel and others 2019, arXiv
 *     1910.10683); empty for none; not copied, must not change
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record AttentionSpec(
    int headCount,
    int headCountKv,
    int keyDim,
    int valueDim,
    float scale,
    int window,
    int chunk,
    float softcap,
    float[] slopes,
    float[] sinks,
    float[] biases) {
  /** A window that hides nothing. */
  public static final int ALL = Integer.MAX_VALUE;

  private static final float[] NONE = {};

  public AttentionSpec {
    if (headCount < 1 || headCountKv < 1 || headCount % headCountKv != 0 || keyDim < 1 || valueDim < 1) {
      throw new IllegalArgumentException(
          "head_count %d, head_count_kv %d, key_length %d, value_length %d".formatted(headCount, headCountKv, keyDim, valueDim));
    }
    if (window < 1 || chunk < 1 || !(softcap >= 0)) {
      throw new IllegalArgumentException(
          "a window of %d keys, chunks of %d, logits capped at %s".formatted(window, chunk, softcap));
    }
    if ((slopes.length != 0 && slopes.length != headCount) || (sinks.length != 0 && sinks.length != headCount)) {
      throw new IllegalArgumentException(
          "%d slopes and %d sinks for %d heads".formatted(slopes.length, sinks.length, headCount));
    }
    if (biases.length % headCount != 0 || (biases.length != 0 && biases.length / headCount % 2 == 0)) {
      throw new IllegalArgumentException("%d biases for %d heads".formatted(biases.length, headCount));
    }
  }

  /** Plain softmax attention. */
  public AttentionSpec(int headCount, int headCountKv, int keyDim, int valueDim, float scale) {
    this(headCount, headCountKv, keyDim, valueDim, scale, ALL, ALL, 0, NONE, NONE, NONE);
  }

  public AttentionSpec withScale(float factor) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, factor, window, chunk, softcap, slopes, sinks, biases);
  }

  public AttentionSpec withWindow(int keys) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, keys, chunk, softcap, slopes, sinks, biases);
  }

  public AttentionSpec withChunk(int positions) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, window, positions, softcap, slopes, sinks, biases);
  }

  public AttentionSpec withSoftcap(float cap) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, window, chunk, cap, slopes, sinks, biases);
  }

  public AttentionSpec withSlopes(float... byHead) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, window, chunk, softcap, byHead, sinks, biases);
  }

  public AttentionSpec withSinks(float... byHead) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, window, chunk, softcap, slopes, byHead, biases);
  }

  public AttentionSpec withBiases(float... byHeadAndDistance) {
    return new AttentionSpec(
        headCount, headCountKv, keyDim, valueDim, scale, window, chunk, softcap, slopes, sinks, byHeadAndDistance);
  }

  /** What is added to a head's logit for a key that is so far ahead, or behind; 0 without biases. */
  public float bias(int head, int ahead) {
    if (biases.length == 0) {
      return 0;
    }
    int distances = biases.length / headCount;
    int reach = distances / 2;
    return biases[head * distances + reach + Math.clamp(ahead, -reach, reach)];
  }

  /** The first key that a row at {@code position} sees. */
  public int first(int position) {
    return Math.max(position / chunk * chunk, position - window + 1);
  }

  /** For messages. */
  @Override
  public String toString() {
    return "attention of %d heads over %d, keys of %d, values of %d%s%s%s%s%s%s"
        .formatted(
            headCount,
            headCountKv,
            keyDim,
            valueDim,
            window == ALL ? "" : ", window " + window,
            chunk == ALL ? "" : ", chunks of " + chunk,
            softcap == 0 ? "" : ", softcap " + softcap,
            slopes.length == 0 ? "" : ", slopes",
            sinks.length == 0 ? "" : ", sinks",
            biases.length == 0 ? "" : ", biases");
  }
}
