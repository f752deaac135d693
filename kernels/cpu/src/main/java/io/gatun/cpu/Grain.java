package io.gatun.cpu;

/** How many items of a loop are worth a thread. */
final class Grain {
  /** Multiply-accumulates, or as much work: tens of microseconds of scalar code, against a few to wake a thread. */
  private static final long WORTH = 1 << 16;

  /** Weight rows come in multiples of this, so that kernels meet whole strips: two vectors of 16. */
  private static final long STRIP = 32;

  private Grain() {}

  /** @param cost of one item, in multiply-accumulates */
  static long of(long cost) {
    return Math.max(1, WORTH / Math.max(1, cost));
  }

  /** For weight rows, {@code cost} each. */
  static long ofStrips(long cost) {
    return (of(cost) + STRIP - 1) / STRIP * STRIP;
  }
}
