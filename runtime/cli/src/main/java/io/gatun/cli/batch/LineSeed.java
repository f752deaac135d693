package io.gatun.cli.batch;

/** The seed of a line that names none. */
final class LineSeed {
  private LineSeed() {}

  /**
   * The SplitMix64 finalizer of {@code seed + line · 0x9e3779b97f4a7c15}, so that neighbouring lines have unrelated
   * draws. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
   *
   * @param seed of the run
   * @param line counted from 1
   */
  static long of(long seed, long line) {
    long z = seed + line * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
