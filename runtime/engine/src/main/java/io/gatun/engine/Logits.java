package io.gatun.engine;

import io.gatun.tensors.FormatException;
import org.jspecify.annotations.Nullable;

/** What all tasks do with logits and failures. */
final class Logits {
  private Logits() {}

  /**
   * @param origin the model's file, for the message
   * @throws FormatException if one is not finite
   */
  static void requireFinite(float[] logits, String origin) {
    for (int id = 0; id < logits.length; id++) {
      if (!Float.isFinite(logits[id])) {
        throw new FormatException(
            "%s: the logit of token %d is %s, expected a finite number; the model's weights are damaged"
                .formatted(origin, id, logits[id]));
      }
    }
  }

  static void rethrow(@Nullable Throwable failure) {
    if (failure != null) {
      switch (failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(failure);
      }
    }
  }
}
