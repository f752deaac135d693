package io.gatun.cli.synth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.Engine;
import io.gatun.engine.LogitsRows;
import io.gatun.model.Model;
import java.nio.file.Path;

/** Whether a synthetic model loads and computes. */
final class SaneLogits {
  private SaneLogits() {}

  /**
   * Loads it without a warning and computes some logits, which are neither flat nor wild; those that are not finite the
   * engine itself refuses.
   *
   * @return how many tensors it has
   */
  static int check(Path path) {
    try (var model = Model.open(path);
        var engine = Engine.over(model)) {
      assertTrue(model.warnings().isEmpty(), model.warnings().toString());
      int[] rows = {0};
      engine.logits(
          new int[] {1, 300, 301, 302},
          LogitsRows.ALL,
          (position, logits) -> {
            rows[0]++;
            assertTrue(spread(logits) > 0.1 && spread(logits) < 10, "a standard deviation of " + spread(logits));
          });
      assertEquals(4, rows[0]);
      return model.checkpoint().tensors().size();
    }
  }

  private static double spread(float[] logits) {
    double sum = 0;
    double squares = 0;
    for (float logit : logits) {
      sum += logit;
      squares += (double) logit * logit;
    }
    double mean = sum / logits.length;
    return Math.sqrt(squares / logits.length - mean * mean);
  }
}
