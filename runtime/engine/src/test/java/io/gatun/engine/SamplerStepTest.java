package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.engine.SamplerStep.MinP;
import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopK;
import io.gatun.engine.SamplerStep.TopNSigma;
import io.gatun.engine.SamplerStep.TopP;
import io.gatun.engine.SamplerStep.TypicalP;
import io.gatun.engine.SamplerStep.Xtc;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that remove candidates or change the temperature, against distributions worked out by hand. */
class SamplerStepTest {
  /** Probabilities 0.5, 0.3, 0.15, 0.05 at ids 2, 0, 3, 1. */
  private static final double[] PROBABILITIES = {0.3, 0.05, 0.5, 0.15};

  @Test
  void typicalPrefersInformationNearTheEntropy() {
    // H = 0.5·0.693 + 0.3·1.204 + 0.15·1.897 + 0.05·2.996 = 1.142 nats; the distances of −ln p from it, by id:
    // 0.3 → 0.062, 0.05 → 1.853, 0.5 → 0.449, 0.15 → 0.755. So the order is 0, 2, 3, 1.
    draws(new TypicalP(0.2)).matches(1, 0, 0, 0);
    draws(new TypicalP(0.29)).matches(1, 0, 0, 0);
    draws(new TypicalP(0.31)).matches(0.3, 0, 0.5, 0);
    draws(new TypicalP(0.79)).matches(0.3, 0, 0.5, 0);
    draws(new TypicalP(0.81)).matches(0.3, 0, 0.5, 0.15);
    draws(new TypicalP(0.96)).matches(PROBABILITIES);
  }

  @Test
  void typicalWithAMinimum() {
    Draws.of(only(new TypicalP(0.2)).chain(SamplerChain.of(new TypicalP(0.2)).minKeep(3)), PROBABILITIES)
        .matches(0.3, 0, 0.5, 0.15);
  }

  @Test
  void topNSigmaCutsByTheSpreadOfLogits() {
    // logits 4, 2, 1, 1 (times 1): mean 2, variance (4+0+1+1)/4 = 1.5, σ = 1.2247
    double[] exponentials = {Math.exp(4), Math.exp(2), Math.exp(1), Math.exp(1)};
    Draws.of(only(new TopNSigma(1.6)), exponentials).matches(1, 0, 0, 0); // 4 − 1.96 = 2.04
    Draws.of(only(new TopNSigma(1.7)), exponentials).matches(Math.exp(4), Math.exp(2), 0, 0); // 1.92
    Draws.of(only(new TopNSigma(2.4)), exponentials).matches(Math.exp(4), Math.exp(2), 0, 0); // 1.06
    Draws.of(only(new TopNSigma(2.5)), exponentials).matches(exponentials); // 0.94
    Draws.of(only(new TopNSigma(-1)), exponentials).matches(exponentials);
  }

  @Test
  void topNSigmaDoesNotCountBannedTokens() {
    Sampling banned = only(new TopNSigma(1.7)).logitBias(4, Double.NEGATIVE_INFINITY);
    Draws.of(banned, Math.exp(4), Math.exp(2), Math.exp(1), Math.exp(1), 1).matches(Math.exp(4), Math.exp(2), 0, 0, 0);
  }

  @Test
  void xtcLeavesTheLeastLikelyOfTheTopChoices() {
    draws(new Xtc(1, 0.1)).matches(0, 0.05, 0, 0.15);
    draws(new Xtc(1, 0.2)).matches(0.3, 0.05, 0, 0.15);
    draws(new Xtc(1, 0.4)).matches(PROBABILITIES); // one choice only is none to remove
    draws(new Xtc(1, 0.01)).matches(0, 1, 0, 0);
    draws(new Xtc(0, 0.1)).matches(PROBABILITIES);
    draws(new Xtc(1, 0.51)).matches(PROBABILITIES);
  }

  @Test
  void xtcHappensWithItsProbability() {
    // 0.25 of the time from {0.05, 0.15} / 0.2, else from all
    draws(new Xtc(0.25, 0.1))
        .matches(0.75 * 0.3, 0.75 * 0.05 + 0.25 * 0.25, 0.75 * 0.5, 0.75 * 0.15 + 0.25 * 0.75);
  }

  @Test
  void xtcKeepsAMinimum() {
    Sampling three = Sampling.defaults().chain(SamplerChain.of(new Xtc(1, 0.1)).minKeep(3));
    Draws.of(three, PROBABILITIES).matches(PROBABILITIES); // two would be left
  }

  @Test
  void topPAndMinPKeepAMinimum() {
    Sampling topP = Sampling.defaults().chain(SamplerChain.of(new TopP(0.1)).minKeep(2));
    Draws.of(topP, PROBABILITIES).matches(0.3, 0, 0.5, 0);
    Sampling minP = Sampling.defaults().chain(SamplerChain.of(new MinP(0.99)).minKeep(3));
    Draws.of(minP, PROBABILITIES).matches(0.3, 0, 0.5, 0.15);
  }

  @Test
  void dynamicTemperatureFollowsTheEntropy() {
    // two candidates of 0.8 and 0.2: H = 0.500402 nats of ln 2 = 0.693147: 0.721928. Range 0.5 around 1 from 0.5 to 1.5:
    // T = 0.5 + 1 · 0.721928 = 1.221928; with exponent 2, 0.5 + 0.521180 = 1.021180
    powers(new Temperature(1, 0.5, 1), 1.221928);
    powers(new Temperature(1, 0.5, 2), 1.021180);
    powers(new Temperature(1, 0.5, 0), 1.5);
    // a range beyond 0 begins at 0: T = 3 · 0.721928
    powers(new Temperature(1, 2, 1), 2.165784);
  }

  @Test
  void dynamicTemperatureOfASureModelCanBeZero() {
    Draws.of(only(new TopK(1), new Temperature(1, 1, 1)), PROBABILITIES).matches(0, 0, 1, 0);
  }

  @Test
  void temperatureZeroIsGreedyWhateverTheRange() {
    draws(new Temperature(0, 0.5, 1)).matches(0, 0, 1, 0);
  }

  @Test
  void greedyAfterXtcTakesTheBestOfTheRest() {
    Draws.of(only(new Xtc(1, 0.1), Temperature.of(0)), PROBABILITIES).matches(0, 0, 0, 1);
    Draws.of(only(new TopK(1), new Xtc(1, 0.1), Temperature.of(0)), PROBABILITIES).matches(0, 0, 1, 0);
    Draws.of(only(new TypicalP(0.2), Temperature.of(0)), PROBABILITIES).matches(1, 0, 0, 0);
  }

  @Test
  void theOrderMatters() {
    // p² ∝ 0.09, 0.0025, 0.25, 0.0225 of 0.365: the best two are 0.932. At temperature 1 they are 0.8.
    double[] two = {0.09, 0, 0.25, 0};
    Draws.of(only(Temperature.of(0.5), new TopP(0.9)), PROBABILITIES).matches(two);
    Draws.of(only(new TopP(0.9), Temperature.of(0.5)), PROBABILITIES).matches(0.09, 0, 0.25, 0.0225);
    // top-k 2 first: the best of the rest is 0.3/0.8
    Draws.of(only(new TopK(2), new Xtc(1, 0.35)), PROBABILITIES).matches(1, 0, 0, 0);
    Draws.of(only(new Xtc(1, 0.35), new TopK(2)), PROBABILITIES).matches(0.3, 0, 0.5, 0);
  }

  @Test
  void whatTheOrderDoesNotNameIsNotDone() {
    Sampling sampling = Sampling.defaults().temperature(1).topK(1).topP(1).minP(0);
    Sampling without = sampling.chain(sampling.chain().order(List.of(SamplerKind.TEMPERATURE)));
    Draws.of(without, PROBABILITIES).matches(PROBABILITIES);
    assertEquals(1, without.topK());
  }

  @Test
  void topPOfManyCandidatesKeepsAsManyAsSortingWould() {
    // 1000 tokens, p ∝ 0.99^rank, ids shuffled by a multiplication
    var logits = new float[1000];
    for (int rank = 0; rank < logits.length; rank++) {
      logits[rank * 7 % 1000] = (float) (rank * Math.log(0.99));
    }
    for (double p : new double[] {0.001, 0.3, 0.5, 0.9, 0.99, 0.9999}) {
      var candidates = new Candidates();
      candidates.load(logits.clone());
      candidates.topP(p, 0);
      // 1 − 0.99^k ≥ p (1 − 0.99^1000)
      int expected = (int) Math.ceil(Math.log(1 - p * (1 - Math.pow(0.99, 1000))) / Math.log(0.99));
      assertEquals(expected, candidates.size(), "p " + p);
      int[] ids = new int[expected];
      Arrays.setAll(ids, candidates::id);
      int[] ranked = new int[expected];
      Arrays.setAll(ranked, rank -> rank * 7 % 1000);
      assertArrayEquals(ranked, ids);
    }
  }

  /** Two tokens of 0.8 and 0.2 drawn at a temperature. */
  private static void powers(Temperature temperature, double expected) {
    Draws.of(only(temperature), 0.8, 0.2).matches(Math.pow(0.8, 1 / expected), Math.pow(0.2, 1 / expected));
    var candidates = new Candidates();
    candidates.load(new float[] {(float) Math.log(0.8), (float) Math.log(0.2)});
    double low = Math.max(0, temperature.value() - temperature.range());
    double high = temperature.value() + temperature.range();
    double value = low + (high - low) * Math.pow(candidates.relativeEntropy(), temperature.exponent());
    assertEquals(expected, value, 1e-5);
  }

  private static Draws draws(SamplerStep step) {
    return Draws.of(only(step), PROBABILITIES);
  }

  private static Sampling only(SamplerStep... steps) {
    return Sampling.defaults().chain(steps);
  }
}
