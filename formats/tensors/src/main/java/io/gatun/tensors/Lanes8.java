package io.gatun.tensors;

/** Eight bytes in a {@code long}, the first in the lowest bits: arithmetic on all of them at once. */
final class Lanes8 {
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TOPS = 0x8080_8080_8080_8080L;

  private Lanes8() {}

  /** The lowest {@code bits} bits of each byte of {@code lanes >> shift}; no byte sees its neighbour's bits. */
  static long field(long lanes, int shift, int bits) {
    return (lanes >>> shift) & (ONES * ((1 << bits) - 1));
  }

  /** Byte i becomes bit i of {@code bits}, 0 or 1. */
  static long spread(int bits) {
    return Long.expand(bits & 0xFFL, ONES);
  }

  /**
   * Each byte, 0 to 127, less {@code amount}, 0 to 127, as a signed byte. With the top bit set no byte borrows from its
   * neighbour; flipping it back leaves the difference modulo 256.
   */
  static long minus(long lanes, int amount) {
    return ((lanes | TOPS) - ONES * amount) ^ TOPS;
  }

  /** {@code table[byte]} for each byte. */
  static long choose(byte[] table, long indices) {
    long chosen = 0;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      chosen |= Byte.toUnsignedLong(table[(int) (indices >>> shift) & 0xFF]) << shift;
    }
    return chosen;
  }

  /** Byte {@code i} as a signed number. */
  static int lane(long lanes, int i) {
    return (byte) (lanes >>> (8 * i));
  }
}
