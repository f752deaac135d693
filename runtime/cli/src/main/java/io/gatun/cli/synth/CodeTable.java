package io.gatun.cli.synth;

import java.io.IOException;
import java.util.SplittableRandom;

/**
 * Random codes of a format: those of the levels nearest to normally distributed values, so that weights have mean 0 as
 * real ones have. They are made once, in blocks of 32 codes, and drawn by blocks: as fast as a disk. Immutable.
 */
final class CodeTable {
  private static final int BLOCK = 32;
  private static final int BLOCKS = 1 << 11;
  private static final int SEED = 32;

  private final int bits;
  private final double deviation;
  /** Blocks of {@code bits} words, codes after each other from the lowest bit. */
  private final int[] words;

  private CodeTable(int bits, double deviation, int[] words) {
    this.bits = bits;
    this.deviation = deviation;
    this.words = words;
  }

  /** Integers of 2 to 8 bits, a code less 2^(bits − 1) being its value; they reach to 2.8 standard deviations. */
  static CodeTable integers(int bits) {
    var levels = new float[1 << bits];
    for (int code = 0; code < levels.length; code++) {
      levels[code] = code - levels.length / 2;
    }
    return nearest(bits, levels, levels.length / 5.6);
  }

  /**
   * Codes of any levels.
   *
   * @param bits of a code, 2 to 8
   * @param levels the value of each code; NaN is not used
   * @param deviation standard deviation of the values, in the unit of the levels
   */
  static CodeTable nearest(int bits, float[] levels, double deviation) {
    var random = new SplittableRandom(SEED);
    var words = new int[BLOCKS * bits];
    for (int i = 0; i < BLOCKS * BLOCK; i++) {
      long code = nearest(levels, deviation * random.nextGaussian());
      int bit = i % BLOCK * bits;
      int word = i / BLOCK * bits + bit / Integer.SIZE;
      long shifted = code << bit % Integer.SIZE;
      words[word] |= (int) shifted;
      if (shifted >>> Integer.SIZE != 0) {
        words[word + 1] |= (int) (shifted >>> Integer.SIZE);
      }
    }
    return new CodeTable(bits, deviation, words);
  }

  private static int nearest(float[] levels, double value) {
    int best = 0;
    double distance = Double.POSITIVE_INFINITY;
    for (int code = 0; code < levels.length; code++) {
      double other = Math.abs(levels[code] - value);
      if (other < distance) {
        best = code;
        distance = other;
      }
    }
    return best;
  }

  /** Bits of a code. */
  int bits() {
    return bits;
  }

  /** What to multiply levels by, so that weights have the standard deviation {@link RandomWeights#SIGMA}. */
  double scale() {
    return RandomWeights.SIGMA / deviation;
  }

  /** Writes codes after each other, in words. */
  void flat(WordOutput out, long codes, SplittableRandom random) throws IOException {
    columns(out, codes, 1, random);
  }

  /**
   * Writes words {@code [rows · bits / 32, columns]}, a stream of codes down each column.
   *
   * @param rows codes in a column, a multiple of 32
   */
  void columns(WordOutput out, long rows, int columns, SplittableRandom random) throws IOException {
    if (rows % BLOCK != 0) {
      throw new IllegalArgumentException("%d codes, expected a multiple of %d".formatted(rows, BLOCK));
    }
    var blocks = new int[columns];
    for (long row = 0; row < rows; row += BLOCK) {
      for (int column = 0; column < columns; column++) {
        blocks[column] = (random.nextInt() & (BLOCKS - 1)) * bits;
      }
      for (int word = 0; word < bits; word++) {
        for (int column = 0; column < columns; column++) {
          out.word(words[blocks[column] + word]);
        }
      }
    }
  }
}
