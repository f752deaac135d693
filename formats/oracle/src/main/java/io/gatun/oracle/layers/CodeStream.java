package io.gatun.oracle.layers;

/**
 * Codes one after another in 32-bit words: bit t of the stream is bit t mod 32 of word t div 32. Which words of an array a
 * stream takes is up to its writer.
 */
final class CodeStream {
  private CodeStream() {}

  /**
   * Writes a stream of {@code bits} per code.
   *
   * @param first index of the stream's first word in {@code words}
   * @param step from one word of the stream to the next
   */
  static void write(int[] codes, int bits, int[] words, int first, int step) {
    for (int i = 0; i < codes.length * bits; i++) {
      int bit = codes[i / bits] >>> i % bits & 1;
      words[first + i / Integer.SIZE * step] |= bit << i % Integer.SIZE;
    }
  }

  /** As {@link #write}, with as many whole codes in each word as fit. */
  static void writeWhole(int[] codes, int bits, int[] words, int first, int step) {
    int perWord = Integer.SIZE / bits;
    for (int i = 0; i < codes.length; i++) {
      words[first + i / perWord * step] |= codes[i] << i % perWord * bits;
    }
  }

  /** As {@link #write}, but 32 codes at a time in planes of 4, 2 and 1 bits, or 2 and 1, the low bits first. */
  static void writePlanes(int[] codes, int bits, int[] words, int first, int step) {
    for (int block = 0; block < codes.length; block += Integer.SIZE) {
      int low = 0;
      int word = block / Integer.SIZE * bits;
      for (int width = 4; width > 0; width /= 2) {
        if ((bits & width) != 0) {
          for (int i = 0; i < Integer.SIZE; i++) {
            int part = codes[block + i] >>> low & (1 << width) - 1;
            words[first + (word + i * width / Integer.SIZE) * step] |= part << i * width % Integer.SIZE;
          }
          word += width;
          low += width;
        }
      }
    }
  }

  /** Words for so many codes. */
  static int words(int codes, int bits) {
    return Math.ceilDiv(codes * bits, Integer.SIZE);
  }
}
