package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Samplers against distributions worked out by hand. */
class SamplerTest {
  private static final LogitsProcessor.History NONE = new Ids();

  /** Probabilities 0.5, 0.3, 0.15, 0.05 at ids 2, 0, 3, 1. */
  private static final double[] PROBABILITIES = {0.3, 0.05, 0.5, 0.15};

  private static final Sampling ALL = Sampling.defaults().temperature(1).topK(0).topP(1).minP(0);

  @Test
  void greedyTakesTheLowerIdOnTies() {
    var sampler = new Sampler(Sampling.greedy(), 0);
    assertEquals(1, sampler.next(new float[] {0, 5, 5, 1}, NONE));
    assertEquals(0, sampler.next(new float[] {-0f, 0f}, NONE));
    assertEquals(0, sampler.next(new float[] {0f, -0f}, NONE));
  }

  @Test
  void temperatureOneDrawsTheDistribution() {
    chiSquared(ALL, PROBABILITIES);
  }

  @Test
  void temperatureSharpens() {
    var squared = new double[4];
    for (int i = 0; i < 4; i++) {
      squared[i] = PROBABILITIES[i] * PROBABILITIES[i];
    }
    chiSquared(ALL.temperature(0.5), squared);
  }

  @Test
  void topKKeepsTheBest() {
    chiSquared(ALL.topK(2), new double[] {0.3, 0, 0.5, 0});
    chiSquared(ALL.topK(1), new double[] {0, 0, 1, 0});
    chiSquared(ALL.topK(9), PROBABILITIES);
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesIt() {
    chiSquared(ALL.topP(0.81), new double[] {0.3, 0, 0.5, 0.15});
    chiSquared(ALL.topP(0.79), new double[] {0.3, 0, 0.5, 0});
    chiSquared(ALL.topP(0.0001), new double[] {0, 0, 1, 0});
  }

  @Test
  void minPIsRelativeToTheBest() {
    chiSquared(ALL.minP(0.29), new double[] {0.3, 0, 0.5, 0.15});
    chiSquared(ALL.minP(0.31), new double[] {0.3, 0, 0.5, 0});
    chiSquared(ALL.minP(1), new double[] {0, 0, 1, 0});
  }

  @Test
  void filtersSeeTheDistributionBeforeTemperature() {
    // top_p 0.79 keeps two at temperature 1; at temperature 5 it would keep all four
    chiSquared(ALL.topP(0.79).temperature(5), new double[] {Math.pow(0.3, 0.2), 0, Math.pow(0.5, 0.2), 0});
  }

  @Test
  void topKSelectsAsSortingWould() {
    var random = new Random(5);
    for (int round = 0; round < 300; round++) {
      var logits = new float[1 + random.nextInt(round < 200 ? 400 : 4000)];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = random.nextInt(20) - 10; // many ties
      }
      int k = 1 + random.nextInt(logits.length);
      var candidates = new Candidates();
      candidates.load(logits);
      candidates.topK(k);
      Integer[] order = new Integer[logits.length];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, (a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : a - b);
      for (int i = 0; i < k; i++) {
        assertEquals(order[i], candidates.id(i));
      }
      assertEquals(k, candidates.size());
    }
  }

  @Test
  void bansCanNotEmptyTheVocabulary() {
    var sampler = new Sampler(ALL, 0);
    assertThrows(
        IllegalStateException.class,
        () -> sampler.next(new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY}, NONE));
    assertThrows(IllegalStateException.class, () -> sampler.next(new float[] {0, Float.NaN}, NONE));
    assertEquals(1, sampler.next(new float[] {Float.NEGATIVE_INFINITY, -3}, NONE));
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    var error = assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().topP(0));
    assertTrue(error.toString().contains(": top_p 0.0: expected"), error.toString());
    assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().temperature(-1));
    assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().temperature(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().topK(-1));
    assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().minP(1.5));
    assertThrows(IllegalArgumentException.class, () -> Sampling.greedy().stop(""));
  }

  private static void chiSquared(Sampling sampling, double[] expected) {
    Draws.of(sampling, PROBABILITIES).matches(expected);
  }
}
