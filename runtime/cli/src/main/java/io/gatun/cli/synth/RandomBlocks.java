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
   */
  private record Layout(double deviation, int scale, int minimum, double mean, Groups groups) {}

  /** How a block stores the scales and minimums of its groups, and where they need to be made equal. */
  private enum Groups {
    /** No minimums, or no groups: any bits will do. */
    ANY,
    /** Bytes 0 to 15 hold a scale in the low and a minimum in the high nibble. */
    NIBBLES,
    /** Bytes 4 to 15 hold eight 6-bit scales and minimums. */
    SIX_BITS
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

  /** Deviations: uniform codes of b bits have √((4^b − 1)/12); a uniform 6-bit scale has the root mean square 36.5. */
  private static Layout layout(Encoding encoding) {
    return switch (encoding.id()) {
      case "q4_0" -> new Layout(4.61, 0, -1, 0, Groups.ANY);
      case "q4_1" -> new Layout(4.61, 0, 2, -7.5, Groups.ANY);
      case "q5_0" -> new Layout(9.23, 0, -1, 0, Groups.ANY);
      case "q5_1" -> new Layout(9.23, 0, 2, -15.5, Groups.ANY);
      case "q8_0" -> new Layout(73.9, 0, -1, 0, Groups.ANY);
      case "q2_k" -> new Layout(8.8 * 1.12, 80, 82, 1.5, Groups.NIBBLES);
      case "q3_k" -> new Layout(18.5 * 2.3, 108, -1, 0, Groups.ANY);
      case "q4_k" -> new Layout(36.5 * 4.61, 0, 2, 7.5, Groups.SIX_BITS);
      case "q5_k" -> new Layout(36.5 * 9.23, 0, 2, 15.5, Groups.SIX_BITS);
      case "q6_k" -> new Layout(73.9 * 18.5, 208, -1, 0, Groups.ANY);
      case "iq4_nl" -> new Layout(71, 0, -1, 0, Groups.ANY);
      default -> throw new IllegalArgumentException("no random blocks of encoding " + encoding.id());
    };
  }

  /** Fills a buffer, from 0 to its limit, a whole number of blocks; leaves its position. */
  void fill(ByteBuffer chunk) {
    for (int at = 0; at < chunk.limit(); at += Long.BYTES) {
      if (chunk.limit() - at >= Long.BYTES) {
        chunk.putLong(at, random.nextLong());
      } else {
        chunk.putShort(at, (short) random.nextInt()); // blocks are of even size
        at += Short.BYTES - Long.BYTES;
      }
    }
    for (int block = 0; block < chunk.limit(); block += blockBytes) {
      equalise(chunk, block);
      int choice = chunk.get(block + layout.scale) & (SCALES - 1);
      chunk.putShort(block + layout.scale, scales[choice]);
      if (layout.minimum >= 0) {
        chunk.putShort(block + layout.minimum, minimums[choice]);
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
