package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.engine.SamplerStep.Penalties;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopK;
import org.junit.jupiter.api.Test;

/** Penalties and biases, worked out by hand. */
class PenaltiesTest {

  @Test
  void positiveLogitsAreDividedAndNegativeOnesMultiplied() {
    assertArrayEquals(new float[] {2, -6, 3, 0}, penalized(new Penalties(64, 2, 0, 0), 0, 1, 3));
  }

  @Test
  void frequencyCountsAndPresenceDoesNot() {
    assertArrayEquals(new float[] {4 - 3 * 0.5f, -3 - 0.5f, 3, 0}, penalized(new Penalties(64, 1, 0.5, 0), 0, 1, 0, 0));
    assertArrayEquals(new float[] {4 - 0.5f, -3 - 0.5f, 3, 0}, penalized(new Penalties(64, 1, 0, 0.5), 0, 1, 0, 0));
  }

  @Test
  void repetitionComesBeforeTheOthers() {
    // 4 / 2 − 2 · 0.5 − 0.25
    assertArrayEquals(new float[] {0.75f, -3, 3, 0}, penalized(new Penalties(64, 2, 0.5, 0.25), 0, 0));
  }

  @Test
  void onlyTheWindowCounts() {
    int[] history = {0, 1, 2, 0, 2};
    assertArrayEquals(new float[] {4, -3, 1.5f, 0}, penalized(new Penalties(1, 2, 0, 0), history));
    assertArrayEquals(new float[] {2, -3, 1.5f, 0}, penalized(new Penalties(3, 2, 0, 0), history));
    assertArrayEquals(new float[] {2, -6, 1.5f, 0}, penalized(new Penalties(4, 2, 0, 0), history));
    assertArrayEquals(new float[] {2, -6, 1.5f, 0}, penalized(new Penalties(-1, 2, 0, 0), history));
    assertArrayEquals(new float[] {4, -3, 3, 0}, penalized(new Penalties(0, 2, 0, 0), history));
  }

  @Test
  void penaltiesChangeTheDistribution() {
    Sampling sampling = Sampling.defaults().chain(new Penalties(64, 1, 0, Math.log(2)), Temperature.of(1));
    Draws.of(sampling, 0.4, 0.3, 0.2, 0.1).after(0, 2, 0).matches(0.2, 0.3, 0.1, 0.1);
    Sampling counted = Sampling.defaults().chain(new Penalties(64, 1, Math.log(2), 0), Temperature.of(1));
    Draws.of(counted, 0.4, 0.3, 0.2, 0.1).after(0, 2, 0).matches(0.1, 0.3, 0.1, 0.1);
    Sampling repeated = Sampling.defaults().chain(new Penalties(64, 2, 0, 0), Temperature.of(1));
    // logits are logarithms of probabilities, negative: p → p²
    Draws.of(repeated, 0.4, 0.3, 0.2, 0.1).after(0, 2, 0).matches(0.16, 0.3, 0.04, 0.1);
  }

  @Test
  void penaltiesAfterACutChangeWhatIsLeft() {
    Sampling sampling = Sampling.defaults().chain(new TopK(2), new Penalties(64, 1, 0, Math.log(4)), Temperature.of(1));
    Draws.of(sampling, 0.4, 0.3, 0.2, 0.1).after(0, 2).matches(0.1, 0.3, 0, 0);
  }

  @Test
  void penaltiesActOnGreedyChoices() {
    Sampling sampling = Sampling.greedy().presencePenalty(1);
    assertEquals(2, next(sampling, new float[] {1.5f, 0, 1, 0}, 0));
    assertEquals(0, next(sampling, new float[] {2.5f, 0, 1, 0}, 0));
  }

  @Test
  void biasesAreAddedBeforeAnything() {
    assertEquals(3, next(Sampling.greedy().logitBias(3, 5), new float[] {4, 0, 0, 0}));
    Sampling sampling = Sampling.defaults().chain(Temperature.of(1));
    Draws.of(sampling.logitBias(3, Math.log(3)), 0.4, 0.3, 0.2, 0.1).matches(0.4, 0.3, 0.2, 0.3);
    Draws.of(sampling.logitBias(0, Double.NEGATIVE_INFINITY), 0.4, 0.3, 0.2, 0.1).matches(0, 0.3, 0.2, 0.1);
  }

  @Test
  void aBannedTokenStaysBannedWhateverThePenalties() {
    Sampling sampling = Sampling.defaults().chain(new Penalties(64, 2, 1, 1), Temperature.of(1));
    Draws.of(sampling.logitBias(0, Double.NEGATIVE_INFINITY), 0.4, 0.3, 0.2, 0.1).after(0, 0).matches(0, 0.3, 0.2, 0.1);
  }

  @Test
  void theEndOfTextCanBeBanned() {
    Sampling sampling = Sampling.defaults().chain(Temperature.of(1)).ignoreEos();
    Draws.of(sampling, 0.2, 0.5, 0.3).matches(0.2, 0, 0.3);
    var error = assertThrows(IllegalStateException.class, () -> new Sampler(sampling, 0));
    assertTrue(error.toString().contains("tokenizer"), error.toString());
  }

  private static float[] penalized(Penalties penalties, int... history) {
    float[] logits = {4, -3, 3, 0};
    new Sampler(Sampling.defaults().chain(penalties, Temperature.of(0)), 0).next(logits, new Ids(history));
    return logits;
  }

  private static int next(Sampling sampling, float[] logits, int... history) {
    return new Sampler(sampling, 0).next(logits, new Ids(history));
  }
}
