package io.gatun.tensors;

/** Signs of the points of a grid: bit i of eight is set where value i is negative. */
final class Signs {
  private Signs() {}

  /** Eight signs of which the lowest seven are given: an even number is set. Source: ggml-common.h ksigns_iq2xs. */
  static int even(int seven) {
    int signs = seven & 127;
    return signs | ((Integer.bitCount(signs) & 1) << 7);
  }

  /**
   * Eight bytes, 1 to 127, with their signs: −x = ~x + 1, where nothing is carried from a byte to the next.
   *
   * @param signs eight of them
   */
  static long apply(int signs, long point) {
    long negative = Lanes8.spread(signs);
    return (point ^ (negative * 0xFF)) + negative;
  }
}
