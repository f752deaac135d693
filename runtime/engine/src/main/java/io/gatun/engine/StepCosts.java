package io.gatun.engine;

/**
 * What a pass through the model costs by its rows: a straight line through the measured ones, of which the latest count
 * most.
 */
final class StepCosts {
  /** Weight of a measurement in place of the next one's. */
  private static final double MEMORY = 0.95;

  /** A further row costs at least this part of what the rows before cost: what is measured is never that good. */
  private static final double LEAST = 0.02;

  private double weight;
  private double rows;
  private double nanos;
  private double squares;
  private double products;

  /** A pass was measured. */
  void measured(int passRows, long passNanos) {
    weight = MEMORY * weight + 1;
    rows = MEMORY * rows + passRows;
    nanos = MEMORY * nanos + passNanos;
    squares = MEMORY * squares + (double) passRows * passRows;
    products = MEMORY * products + (double) passRows * passNanos;
  }

  /** A pass of so many rows; in a unit of its own before anything was measured. */
  double nanos(int passRows) {
    if (weight == 0) {
      return 1 + LEAST * passRows;
    }
    double meanRows = rows / weight;
    double meanNanos = nanos / weight;
    double variance = squares / weight - meanRows * meanRows;
    double slope = variance > 1e-9 ? (products / weight - meanRows * meanNanos) / variance : 0;
    slope = Math.clamp(slope, LEAST * meanNanos / meanRows, meanNanos / meanRows);
    return meanNanos + slope * (passRows - meanRows);
  }
}
