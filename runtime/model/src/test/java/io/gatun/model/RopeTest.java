package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.RopeSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Frequencies against values worked out by hand. */
class RopeTest {
  /** Neighbouring pairs differ by a factor of 4. */
  private static final double BASE = 256;

  private static final Rope.Divisors NONE = new Rope.Divisors.None();

  @Test
  void plainFrequenciesAreAGeometricSeries() {
    RopeSpec spec = rope(BASE, 1, Optional.empty(), NONE, 1).forContext(100);
    assertEquals(4, spec.frequencies().length);
    assertEquals(1, spec.frequencies()[0], 1e-12);
    assertEquals(0.25, spec.frequencies()[1], 1e-12);
    assertEquals(0.0625, spec.frequencies()[2], 1e-12);
    assertEquals(0.015625, spec.frequencies()[3], 1e-12);
    assertEquals(1f, spec.magnitude());
  }

  @Test
  void linearScalingSlowsAll() {
    RopeSpec spec = rope(BASE, 0.25, Optional.empty(), NONE, 1).forContext(100);
    assertEquals(0.25, spec.frequencies()[0], 1e-12);
    assertEquals(0.25 * 0.015625, spec.frequencies()[3], 1e-12);
    assertEquals(1f, spec.magnitude());
  }

  @Test
  void divisorsDivideEachPair() {
    RopeSpec spec = rope(BASE, 1, Optional.empty(), new Rope.Divisors.Fixed(new float[] {1, 2, 4, 8}), 1).forContext(9);
    assertEquals(0.125, spec.frequencies()[1], 1e-12);
    assertEquals(0.015625 / 8, spec.frequencies()[3], 1e-12);
  }

  @Test
  void longropeFollowsTheConfiguredContext() {
    var divisors = new Rope.Divisors.ByContext(512, new float[] {1, 1, 2, 2}, new float[] {4, 4, 8, 8});
    Rope rope = rope(BASE, 1, Optional.empty(), divisors, 1.19);
    assertEquals(0.25, rope.forContext(512).frequencies()[1], 1e-12);
    assertEquals(0.0625, rope.forContext(513).frequencies()[1], 1e-12);
    assertEquals(0.015625 / 8, rope.forContext(1024).frequencies()[3], 1e-12);
    assertEquals(1.19f, rope.forContext(512).magnitude());
  }

  /**
   * Eight dimensions, base 256, original context 64, factor 4. The pair that turns t times in 64 tokens is
   * 8·ln(64/2πt)/(2·ln 256): 32 turns at −0.826, one turn at 1.674. So the ramp runs from pair 0 to pair 2: pair 0 stays
   * as trained, pair 1 is half-way, pairs 2 and 3 are interpolated.
   */
  @Test
  void yarnKeepsFastPairsAndInterpolatesSlowOnes() {
    RopeSpec spec = rope(BASE, 0.25, Optional.of(new Rope.Yarn(64, 32, 1, true)), NONE, 1).forContext(256);
    assertEquals(1, spec.frequencies()[0], 1e-12);
    assertEquals(0.25 * (0.5 + 0.5 * 0.25), spec.frequencies()[1], 1e-12);
    assertEquals(0.0625 * 0.25, spec.frequencies()[2], 1e-12);
    assertEquals(0.015625 * 0.25, spec.frequencies()[3], 1e-12);
    assertEquals((float) (1 + 0.1 * Math.log(4)), spec.magnitude());
  }

  /** Likewise with a ramp that ends where one turn is made, between pairs 1 and 2. */
  @Test
  void yarnsRampMayEndBetweenPairs() {
    RopeSpec spec = rope(BASE, 0.25, Optional.of(new Rope.Yarn(64, 32, 1, false)), NONE, 1).forContext(256);
    double kept = 1 - 1 / (8 * Math.log(64 / (2 * Math.PI)) / (2 * Math.log(256)));
    assertEquals(0.40272, kept, 1e-5);
    assertEquals(1, spec.frequencies()[0], 1e-12);
    assertEquals(0.25 * (kept + (1 - kept) * 0.25), spec.frequencies()[1], 1e-12);
    assertEquals(0.0625 * 0.25, spec.frequencies()[2], 1e-12);
  }

  private static Rope rope(
      double base, double scale, Optional<Rope.Yarn> yarn, Rope.Divisors divisors, double attention) {
    return new Rope(RopeSpec.Pairing.ADJACENT, 8, 8, base, scale, yarn, divisors, attention);
  }
}
