package io.gatun.conformance;

/** How far results in floating point may be from the reference's. */
public sealed interface Tolerance {

  /** Not at all: the kernels are the reference's. */
  record Exact() implements Tolerance {}

  /**
   * {@code Σ(found − expected)² / Σ expected²} at most. A sum of n rounded products is off by about √n · 2⁻²⁵ of its terms'
   * size, so for n up to some thousands the ratio stays below 1e-12; a wrong term of so many changes it by 1e-4 or more.
   */
  record MeanSquare(double largest) implements Tolerance {}

  /** Of kernels that sum floats in an order of their own. */
  static Tolerance rounded() {
    return new MeanSquare(1e-12);
  }

  /** @throws AssertionError if {@code found} is farther off; what is not finite must be the same */
  default void verify(float[] expected, float[] found, String what) {
    switch (this) {
      case Exact() -> Comparison.same(expected, found, what);
      case MeanSquare(double largest) -> {
        Comparison.require(expected.length == found.length, what + ": %d values".formatted(found.length));
        double error = 0;
        double power = 0;
        for (int i = 0; i < expected.length; i++) {
          if (Float.isFinite(expected[i])) {
            error += ((double) found[i] - expected[i]) * ((double) found[i] - expected[i]);
            power += (double) expected[i] * expected[i];
          } else {
            Comparison.same(expected[i], found[i], what, i);
          }
        }
        Comparison.require(error <= largest * power, "%s: an error of %.1e".formatted(what, error / power));
      }
    }
  }
}
