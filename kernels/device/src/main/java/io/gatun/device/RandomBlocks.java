package io.gatun.device;

import io.gatun.tensors.Encoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/**
 * Weights for self-checks, tests and benchmarks: random bytes, block by block, kept where the magnitude of the largest
 * value is in a range. A matrix has a limited number of different blocks, in random order. Immutable.
 *
 * @param smallest magnitude of a block's largest value
 * @param largest magnitude
 * @param distinct blocks of a matrix, at most: some encodings have few ordinary ones, which take long to find
 */
public record RandomBlocks(float smallest, float largest, int distinct) {
  /** Blocks whose values are finite and neither all tiny nor huge. */
  public static final RandomBlocks ORDINARY = new RandomBlocks(1e-4f, 1000);

  private static final int DISTINCT = 1024;

  private static final int ATTEMPTS = 10_000;

  /** Bytes that are written at a time. */
  private static final int PIECE = 1 << 16;

  public RandomBlocks(float smallest, float largest) {
    this(smallest, largest, DISTINCT);
  }

  /** The same range with so many different blocks at most. */
  public RandomBlocks withDistinct(int most) {
    return new RandomBlocks(smallest, largest, most);
  }

  /** An ordinary matrix {@code [experts, rows, cols]} in the memory. */
  public static HostMatrix matrix(
      Encoding encoding, long rows, long cols, int experts, RandomGenerator random, HostMemory memory) {
    MemorySegment bytes = memory.allocate(experts * rows * encoding.bytes(cols), "random weights");
    ORDINARY.fill(encoding, bytes, random);
    return new HostMatrix("random", encoding, bytes, rows, cols, experts);
  }

  /**
   * Fills a segment with blocks.
   *
   * @param target whole blocks
   * @throws IllegalStateException if there seems to be no such block
   */
  public void fill(Encoding encoding, MemorySegment target, RandomGenerator random) {
    int length = encoding.blockBytes();
    long count = target.byteSize() / length;
    var blocks = new byte[(int) Math.min(distinct, count)][];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = block(encoding, random);
    }
    var piece = new byte[Math.max(PIECE / length, 1) * length];
    int filled = 0;
    long start = 0;
    for (long i = 0; i < count; i++) {
      byte[] block = i < blocks.length ? blocks[(int) i] : blocks[random.nextInt(blocks.length)];
      System.arraycopy(block, 0, piece, filled, length);
      filled += length;
      if (filled == piece.length || i == count - 1) {
        MemorySegment.copy(piece, 0, target, ValueLayout.JAVA_BYTE, start, filled);
        start += filled;
        filled = 0;
      }
    }
  }

  private byte[] block(Encoding encoding, RandomGenerator random) {
    var block = new byte[encoding.blockBytes()];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (fillIfInRange(encoding, block, random, attempt)) {
        return block;
      }
    }
    throw new IllegalStateException(
        "%s: no block of magnitude %s to %s among %d random ones".formatted(encoding.id(), smallest, largest, ATTEMPTS));
  }

  /** Whether a random block of the encoding is likely to be in the range, so that {@link #fill} finds some. */
  public boolean has(Encoding encoding, RandomGenerator random) {
    var block = new byte[encoding.blockBytes()];
    int found = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      found += fillIfInRange(encoding, block, random, attempt) ? 1 : 0;
    }
    return found >= 20;
  }

  private boolean fillIfInRange(Encoding encoding, byte[] block, RandomGenerator random, int attempt) {
    random.nextBytes(block);
    if (encoding.blockLength() == 1 && attempt % 2 == 1) {
      extendSign(block, random.nextInt(1, block.length + 1));
    }
    var values = new float[encoding.blockLength()];
    encoding.decode(MemorySegment.ofArray(block), 0, values, 0, values.length);
    float magnitude = 0;
    for (float value : values) {
      magnitude = Math.max(magnitude, Math.abs(value));
    }
    return magnitude >= smallest && magnitude <= largest;
  }

  /** Makes a small number of a wide integer: the bytes after the first {@code kept} become its sign. */
  private static void extendSign(byte[] bytes, int kept) {
    for (int i = kept; i < bytes.length; i++) {
      bytes[i] = (byte) (bytes[kept - 1] >> 7);
    }
  }
}
