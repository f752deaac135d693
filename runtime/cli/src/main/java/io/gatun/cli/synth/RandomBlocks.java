package io.gatun.cli.synth;

import io.gatun.tensors.Encoding;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Random blocks of a quantized encoding. Codes are random bits; each block has one of 256 scales of either sign, so that
 * values have mean 0, and a minimum that takes back the mean of its codes. Where groups have 6- or 4-bit scales and
 * minimums of their own, both are the same number. Source of the layouts: ggml-common.h.
 *
 * <p>Used by one thread.
 */
final class RandomBlocks {
  private static final int SCALES = 256;
  private static final long QUARTERS = 0xF000_F000_F000_F000L;

  /** So often 2^−8 and otherwise 2^−9 has the mean square of SIGMA / 5.85. */
  private static final int UPPER_OF_256 = 176;

  private final Layout layout;
  private final int blockBytes;
  private final SplittableRandom random;
  private final short[] scales = new short[SCALES];
  private final short[] minimums = new short[SCALES];

  /**
   * Where the scales of a block are.
   *
   * @param deviation standard deviation of a block's values at scale 1
   * @param scale offset of the f16 scale in bytes
   * @param minimum offset of the f16 minimum in bytes; negative if there is none
   * @param mean what the minimum is, at scale 1
   * @param groups how the scales of groups are stored
   * @param form how the scale is stored
   */
  private record Layout(double deviation, int scale, int minimum, double mean, Groups groups, Form form) {

    Layout(double deviation, int scale, int minimum, double mean, Groups groups) {
      this(deviation, scale, minimum, mean, groups, Form.HALF);
    }

    /** Without minimums. */
    Layout(double deviation, int scale) {
      this(deviation, scale, -1, 0, Groups.ANY);
    }

    Layout(double deviation, int scale, Form form) {
      this(deviation, scale, -1, 0, Groups.ANY, form);
    }
  }

  /** How a block stores the scales and minimums of its groups, and where they need to be made equal. */
  private enum Groups {
    /** No minimums, or no groups: any bits will do. */
    ANY,
    /** Bytes 0 to 15 hold a scale in the low and a minimum in the high nibble. */
    NIBBLES,
    /** Bytes 4 to 15 hold eight 6-bit scales and minimums. */
    SIX_BITS
  }

  /** How a block stores its scale. */
  private enum Form {
    /** As an f16. */
    HALF,
    /** As an f16 in four parts, the upper four bits of as many 16-bit numbers. */
    QUARTERS,
    /** As the exponent of a power of two, so that two neighbours take turns. */
    EXPONENT,
    /** As four numbers in E4M3; such small ones are multiples of 2^−9, and three and four of them take turns. */
    E4M3
  }

  RandomBlocks(Encoding encoding, SplittableRandom random) {
    this.random = random;
    layout = layout(encoding);
    blockBytes = encoding.blockBytes();
    for (int i = 0; i < SCALES; i++) {
      double size = RandomWeights.SIGMA / layout.deviation * (0.75 + 0.5 * random.nextDouble());
      float scale = (float) (i % 2 == 0 ? size : -size);
      scales[i] = Float.floatToFloat16(scale);
      minimums[i] = Float.floatToFloat16((float) (scale * layout.mean));
    }
  }

  /**
   * Deviations: uniform codes of b bits have √((4^b − 1)/12); a uniform 6-bit scale has the root mean square 36.5, less its
   * middle 18.5; 2·s + 1 has 18.5 for 4 bits and 9.22 for 3. Those of grids are of all their points.
   */
  private static Layout layout(Encoding encoding) {
    return switch (encoding.id()) {
      case "q4_0" -> new Layout(4.61, 0);
      case "q4_1" -> new Layout(4.61, 0, 2, -7.5, Groups.ANY);
      case "q5_0" -> new Layout(9.23, 0);
      case "q5_1" -> new Layout(9.23, 0, 2, -15.5, Groups.ANY);
      case "q8_0" -> new Layout(73.9, 0);
      case "q2_k" -> new Layout(8.8 * 1.12, 80, 82, 1.5, Groups.NIBBLES);
      case "q3_k" -> new Layout(18.5 * 2.3, 108);
      case "q4_k" -> new Layout(36.5 * 4.61, 0, 2, 7.5, Groups.SIX_BITS);
      case "q5_k" -> new Layout(36.5 * 9.23, 0, 2, 15.5, Groups.SIX_BITS);
      case "q6_k" -> new Layout(73.9 * 18.5, 208);
      case "q1_0" -> new Layout(1, 0);
      case "q2_0" -> new Layout(1.22, 0);
      case "tq1_0" -> new Layout(0.816, 52);
      case "tq2_0" -> new Layout(1.22, 64);
      case "iq1_s" -> new Layout(9.22 * 6.25 / 8, 0);
      case "iq1_m" -> new Layout(9.22 * 6.25 / 8, 48, Form.QUARTERS);
      case "iq2_xxs" -> new Layout(18.5 * 23.1 / 8, 0);
      case "iq2_xs" -> new Layout(18.5 * 24.2 / 8, 0);
      case "iq2_s" -> new Layout(18.5 * 24.4 / 8, 0);
      case "iq3_xxs" -> new Layout(18.5 * 30.8 / 4, 0);
      case "iq3_s" -> new Layout(18.5 * 7.59, 0);
      case "iq4_nl" -> new Layout(67.4, 0);
      case "iq4_xs" -> new Layout(18.5 * 67.4, 0);
      case "mxfp4" -> new Layout(5.85, 0, Form.EXPONENT);
      case "nvfp4" -> new Layout(5.85, 0, Form.E4M3);
      default -> throw new IllegalArgumentException("no random blocks of encoding " + encoding.id());
    };
  }

  /** Fills a buffer, from 0 to its limit, a whole number of blocks; leaves its position. */
  void fill(ByteBuffer chunk) {
    int at = 0;
    for (; at <= chunk.limit() - Long.BYTES; at += Long.BYTES) {
      chunk.putLong(at, random.nextLong());
    }
    for (; at < chunk.limit(); at++) {
      chunk.put(at, (byte) random.nextInt());
    }
    for (int block = 0; block < chunk.limit(); block += blockBytes) {
      equalise(chunk, block);
      scale(chunk, block + layout.scale);
    }
  }

  /** Replaces a block's scale, by one that its random bits choose. */
  private void scale(ByteBuffer chunk, int at) {
    int choice = chunk.get(at) & (SCALES - 1);
    switch (layout.form) {
      case HALF -> {
        chunk.putShort(at, scales[choice]);
        if (layout.minimum >= 0) {
          chunk.putShort(at - layout.scale + layout.minimum, minimums[choice]);
        }
      }
      case QUARTERS ->
          chunk.putLong(
              at, (chunk.getLong(at) & ~QUARTERS) | Long.expand(Short.toUnsignedLong(scales[choice]), QUARTERS));
      case EXPONENT -> chunk.put(at, (byte) (choice < UPPER_OF_256 ? 120 : 119));
      case E4M3 -> {
        for (int i = 0; i < 4; i++) {
          chunk.put(at + i, (byte) (3 + (chunk.get(at + i) & 1)));
        }
      }
    }
  }

  private void equalise(ByteBuffer chunk, int block) {
    switch (layout.groups) {
      case ANY -> {}
      case NIBBLES -> {
        for (int i = 0; i < 16; i++) {
          chunk.put(block + i, doubled(chunk.get(block + i)));
        }
      }
      case SIX_BITS -> {
        chunk.putInt(block + 8, chunk.getInt(block + 4));
        for (int i = 12; i < 16; i++) {
          chunk.put(block + i, doubled(chunk.get(block + i)));
        }
      }
    }
  }

  /** The low nibble in both. */
  private static byte doubled(byte bits) {
    int low = bits & 15;
    return (byte) (low | (low << 4));
  }
}
