package io.gatun.engine;

/** Keeps changed logits finite. */
final class Finite {
  private Finite() {}

  /** The changed logit as a float within the range of finite ones; a banned token stays banned. */
  static float lowered(float before, double after) {
    return before == Float.NEGATIVE_INFINITY ? before : (float) Math.clamp(after, -Float.MAX_VALUE, Float.MAX_VALUE);
  }
}
