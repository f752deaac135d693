package io.gatun.device;

import io.gatun.tensors.Encoding;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/**
 * Weights for self-checks, tests and benchmarks: random bytes, block by block, kept where the magnitude of the largest
 * value is in a range. A matrix has at most {@link #DISTINCT} different blocks, in random order. Immutable.
 *
 * @param smallest magnitude of a block's largest value
 * @param largest magnitude
 */
public record RandomBlocks(float smallest, float largest) {
  /** Blocks whose values are finite and neither all tiny nor huge. */
  public static final RandomBlocks ORDINARY = new RandomBlocks(1e-4f, 1000);

  /** Different blocks of a matrix, at most: some encodings have few ordinary ones, which take long to find. */
  public static final int DISTINCT = 1024;

  private static final int ATTEMPTS = 10_000;

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
    int distinct = (int) Math.min(DISTINCT, count);
    for (long i = 0; i < distinct; i++) {
      MemorySegment.copy(block(encoding, random), 0, target, i * length, length);
    }
    for (long i = distinct; i < count; i++) {
      MemorySegment.copy(target, (long) random.nextInt(distinct) * length, target, i * length, length);
    }
  }

  private MemorySegment block(Encoding encoding, RandomGenerator random) {
    var block = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
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
    var block = MemorySegment.ofArray(new byte[encoding.blockBytes()]);
    int found = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      found += fillIfInRange(encoding, block, random, attempt) ? 1 : 0;
    }
    return found >= 20;
  }

  private boolean fillIfInRange(Encoding encoding, MemorySegment block, RandomGenerator random, int attempt) {
    var bytes = new byte[encoding.blockBytes()];
    random.nextBytes(bytes);
    if (encoding.blockLength() == 1 && attempt % 2 == 1) {
      extendSign(bytes, random.nextInt(1, bytes.length + 1));
    }
    block.copyFrom(MemorySegment.ofArray(bytes));
    var values = new float[encoding.blockLength()];
    encoding.decode(block, 0, values, 0, values.length);
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
