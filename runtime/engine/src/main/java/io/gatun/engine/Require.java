package io.gatun.engine;

/** Checks of settings; the message is {@code name value: expected …}. */
final class Require {
  private Require() {}

  static void that(boolean holds, String name, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s: expected %s".formatted(name, found, expected));
    }
  }

  static void atLeast(double least, double value, String name) {
    that(value >= least && Double.isFinite(value), name, value, least == 0 ? "0 or more" : least + " or more");
  }

  /** A number of tokens to look back at. */
  static void window(int value, String name) {
    that(value >= -1, name, value, "0 or more, or -1 for all");
  }

  static void finite(double value, String name) {
    that(Double.isFinite(value), name, value, "a finite number");
  }
}
