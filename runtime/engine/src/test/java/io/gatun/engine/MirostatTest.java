package io.gatun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.engine.SamplerStep.Temperature;
import io.gatun.engine.SamplerStep.TopK;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Mirostat 1 and 2 against values worked out by hand, and whether they steer. */
class MirostatTest {
  /** Of 1, 2, 3, 3 bits of surprise. */
  private static final double[] PROBABILITIES = {0.25, 0.125, 0.5, 0.125};

  @Test
  void twoKeepsWhatSurprisesAtMostByMu() {
    // eta 0: μ stays 2·tau
    Draws.of(two(0.4, 0), PROBABILITIES).matches(0, 0, 1, 0); // none at most 0.8 bits: the likeliest
    Draws.of(two(0.75, 0), PROBABILITIES).matches(0, 0, 1, 0); // 1.5 bits
    Draws.of(two(1.25, 0), PROBABILITIES).matches(0.25, 0, 0.5, 0); // 2.5 bits
    Draws.of(two(1.75, 0), PROBABILITIES).matches(PROBABILITIES); // 3.5 bits
  }

  @Test
  void twoLearnsFromTheSurpriseOfTheDraw() {
    // at μ = 1.6 only id 2 is left: surprise 0, so μ grows by eta · tau at each token, until 0.25 is let in at 2 bits
    var selection = new TokenSelection(new Mirostat(Mirostat.Version.TWO, 0.8, 0.5));
    assertEquals(1.6, selection.mu(), 1e-12);
    assertEquals(2, selection.next(candidates(PROBABILITIES), new SplittableRandom(0), 4));
    assertEquals(2.0, selection.mu(), 1e-12);
    // then from {0.5, 0.25}: 2/3 with 0.585 bits, 1/3 with 1.585 bits. Float logits blur the limit itself: go a bit over.
    selection = new TokenSelection(new Mirostat(Mirostat.Version.TWO, 1.1, 0.5));
    int id = selection.next(candidates(PROBABILITIES), new SplittableRandom(0), 4);
    double surprise = id == 2 ? 0.5849625 : 1.5849625;
    assertEquals(2.2 - 0.5 * (surprise - 1.1), selection.mu(), 1e-6);
  }

  @Test
  void oneKeepsAsManyAsTheZipfExponentSays() {
    // p = 6/11 (1, 1/2, 1/3): a Zipf distribution of s = 1 exactly. Then k = 2^μ / ln N with N = 3: 2^μ · 0.910
    double[] zipf = {1, 1 / 2.0, 1 / 3.0};
    Draws.of(one(0.5, 0), zipf).matches(1, 0, 0); // 1.82
    Draws.of(one(0.6, 0), zipf).matches(1, 0.5, 0); // 2.09
    Draws.of(one(0.8, 0), zipf).matches(1, 0.5, 0); // 2.76
    Draws.of(one(0.9, 0), zipf).matches(zipf); // 3.17
    // p ~ i^−2: k = √(2^μ / (1 − 1/N)) with N = 4: 2^(μ/2) · 1.1547
    double[] steeper = {1, 1 / 4.0, 1 / 9.0, 1 / 16.0};
    Draws.of(one(0.7, 0), steeper).matches(1, 0, 0, 0); // 1.876
    Draws.of(one(0.8, 0), steeper).matches(1, 0.25, 0, 0); // 2.010
    Draws.of(one(1.3, 0), steeper).matches(1, 0.25, 0, 0); // 2.843
    Draws.of(one(1.4, 0), steeper).matches(1, 0.25, 1 / 9.0, 0); // 3.047
  }

  @Test
  void oneLearnsToo() {
    var selection = new TokenSelection(new Mirostat(Mirostat.Version.ONE, 0.5, 0.1));
    assertEquals(0, selection.next(candidates(1, 1 / 2.0, 1 / 3.0), new SplittableRandom(0), 3));
    assertEquals(1 + 0.1 * 0.5, selection.mu(), 1e-12); // k = 1: no surprise
  }

  @Test
  void surpriseSettlesAtTheTarget() {
    var probabilities = new double[1000];
    Arrays.setAll(probabilities, i -> 1.0 / (i + 1));
    double total = Arrays.stream(probabilities).sum();
    double tau = 3;
    var selection = new TokenSelection(new Mirostat(Mirostat.Version.TWO, tau, 0.1));
    var random = new SplittableRandom(1);
    double surprises = 0;
    for (int token = 0; token < 6000; token++) {
      double least = total * Math.pow(2, -selection.mu());
      int id = selection.next(candidates(probabilities), random, probabilities.length);
      double kept = Arrays.stream(probabilities).filter(p -> p >= least).sum();
      surprises += token < 1000 ? 0 : Math.log(kept / probabilities[id]) / Math.log(2);
    }
    assertEquals(tau, surprises / 5000, 0.02);
  }

  @Test
  void stepsThatRemoveCandidatesAreLeftOut() {
    Sampling sampling =
        Sampling.defaults()
            .chain(SamplerChain.of(new TopK(1), Temperature.of(1)).mirostat(new Mirostat(Mirostat.Version.TWO, 1.25, 0)));
    Draws.of(sampling, PROBABILITIES).matches(0.25, 0, 0.5, 0);
  }

  @Test
  void temperatureComesFirst() {
    // p^0.5: 0.5, 0.354, 0.707, 0.354 of 1.914: 1.94, 2.44, 1.44, 2.44 bits
    Sampling sampling =
        Sampling.defaults()
            .chain(SamplerChain.of(Temperature.of(2)).mirostat(new Mirostat(Mirostat.Version.TWO, 1, 0)));
    Draws.of(sampling, PROBABILITIES).matches(Math.sqrt(0.25), 0, Math.sqrt(0.5), 0);
    Sampling greedy =
        Sampling.greedy().chain(SamplerChain.standard().with(Temperature.of(0)).mirostat(new Mirostat(Mirostat.Version.TWO, 5, 0.1)));
    Draws.of(greedy, PROBABILITIES).matches(0, 0, 1, 0);
  }

  private static Sampling two(double tau, double eta) {
    return mirostat(new Mirostat(Mirostat.Version.TWO, tau, eta));
  }

  private static Sampling one(double tau, double eta) {
    return mirostat(new Mirostat(Mirostat.Version.ONE, tau, eta));
  }

  private static Sampling mirostat(Mirostat mirostat) {
    return Sampling.defaults().chain(SamplerChain.of().mirostat(mirostat));
  }

  private static Candidates candidates(double... probabilities) {
    var candidates = new Candidates();
    var logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    candidates.load(logits);
    return candidates;
  }
}
