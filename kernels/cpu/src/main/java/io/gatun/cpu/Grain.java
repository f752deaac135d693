package io.gatun.cpu;

/** How many items of a loop are worth a thread. */
final class Grain {
  /** Multiply-accumulates, or as much work: tens of microseconds of scalar code, against a few to wake a thread. */
  private static final long WORTH = 1 << 16;

  /** Weight rows come in multiples of this, so that kernels meet whole strips: two vectors of 16. */
  private static final long STRIP = 32;

  /** Columns of a state likewise, so that kernels meet whole panels, and weight rows that lie side by side: four vectors of 16. */
  private static final long PANEL = 64;

  private Grain() {}

  /** @param cost of one item, in multiply-accumulates */
  static long of(long cost) {
    return Math.max(1, WORTH / Math.max(1, cost));
  }

  /** For weight rows, {@code cost} each. */
  static long ofStrips(long cost) {
    return multiple(cost, STRIP);
  }

  /**
   * For weight rows, {@code cost} each, of a kernel that had better be given so many {@code together}, as long as there are
   * some for every thread.
   */
  static long ofStrips(long cost, long together, long rows, int threads) {
    long least = Math.min(together, Math.ceilDiv(rows, threads));
    return Math.max(ofStrips(cost), least <= 1 ? 1 : Math.ceilDiv(least, PANEL) * PANEL);
  }

  /** For columns of a state, {@code cost} each. */
  static long ofPanels(long cost) {
    return multiple(cost, PANEL);
  }

  private static long multiple(long cost, long unit) {
    return (of(cost) + unit - 1) / unit * unit;
  }

  /**
   * For heads, {@code cost} each. Those that share a key head stay together, as its keys and values are then decoded once for
   * all of them; but every thread gets some.
   *
   * @param shared heads of a key head
   * @param keyHeads of all rows
   */
  static long ofHeads(long cost, int shared, long keyHeads, int threads) {
    long together = Math.max(1, shared / Math.ceilDiv(threads, Math.max(1, keyHeads)));
    return Math.ceilDiv(of(cost), together) * together;
  }
}
