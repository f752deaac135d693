package io.gatun.engine;

/**
 * What a pass through the model costs by its rows, as measured lately. It seldom is in proportion: few rows may cost
 * one by one what a first one does, and many nearly nothing more. Between measured numbers of rows it is interpolated;
 * beyond them it is hoped for the best, so that it is tried. What was measured long ago is not known any more.
 */
final class StepCosts {
  /** Of the latest measurement in the mean. */
  private static final double WEIGHT = 0.25;

  /** A row that was not tried is hoped to cost this part of a pass. */
  private static final double HOPED = 0.02;

  /** Passes after which a measurement is forgotten. */
  private static final int MEMORY = 128;

  private final double[] nanos;
  private final long[] measured;
  private long passes = MEMORY;

  /** @param maxRows of a pass */
  StepCosts(int maxRows) {
    nanos = new double[maxRows + 1];
    measured = new long[maxRows + 1];
  }

  /** A pass was measured. */
  void measured(int rows, long passNanos) {
    nanos[rows] += (isKnown(rows) ? WEIGHT : 1) * (passNanos - nanos[rows]);
    measured[rows] = ++passes;
  }

  private boolean isKnown(int rows) {
    return passes - measured[rows] < MEMORY;
  }

  /** A pass of so many rows, ≥ 1; in a unit of its own before anything was measured. */
  double nanos(int rows) {
    int below = Math.min(rows, nanos.length - 1);
    while (below > 0 && !isKnown(below)) {
      below--;
    }
    int above = rows;
    while (above < nanos.length && !isKnown(above)) {
      above++;
    }
    if (above < nanos.length) {
      // without rows nothing: what fewer rows cost than any that are known is hoped to be in proportion
      double low = below == 0 ? 0 : nanos[below];
      return above == below ? low : low + (nanos[above] - low) * (rows - below) / (above - below);
    }
    return below == 0 ? 1 + HOPED * rows : nanos[below] * (1 + HOPED * (rows - below));
  }
}
