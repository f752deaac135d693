package io.gatun.tensors;

import java.util.Arrays;
import java.util.Base64;

/** Grids: the few points, of all that have certain numbers as coordinates, that an encoding's codes choose from. */
final class Lattice {
  private Lattice() {}

  /**
   * The points of a set, in order. A point's number has its coordinates, counted from the least level, as digits, the
   * first one the lowest; bit n of the set, counted from the lowest of the first byte, tells whether point n is in it.
   *
   * @param set in base 64, with line breaks
   * @param dimensions coordinates of a point, at most 8
   * @param levels that a coordinate can have, 1 to 127, ascending
   * @return a byte for each coordinate of a point, the first one the lowest
   */
  static long[] points(String set, int dimensions, int... levels) {
    byte[] members = Base64.getMimeDecoder().decode(set);
    int count = Math.powExact(levels.length, dimensions);
    var points = new long[count];
    int found = 0;
    for (int number = 0; number < count; number++) {
      if (((members[number / 8] >> (number % 8)) & 1) == 1) {
        points[found++] = point(number, dimensions, levels);
      }
    }
    return Arrays.copyOf(points, found);
  }

  private static long point(int number, int dimensions, int... levels) {
    long point = 0;
    int digits = number;
    for (int i = 0; i < dimensions; i++, digits /= levels.length) {
      point |= (long) levels[digits % levels.length] << (8 * i);
    }
    return point;
  }
}
