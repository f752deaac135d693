package io.gatun.cpu;

import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.tensors.Encoding;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/** Weights for self-checks: random bytes, block by block, kept where they mean ordinary numbers. */
final class RandomBlocks {
  private static final float LARGEST = 1000;
  private static final float SMALLEST = 1e-4f;
  private static final int ATTEMPTS = 10_000;

  private RandomBlocks() {}

  static HostMatrix matrix(Encoding encoding, long rows, long cols, int experts, RandomGenerator random, HostMemory memory) {
    long bytes = experts * rows * encoding.bytes(cols);
    MemorySegment segment = memory.allocate(bytes, "random weights");
    for (long offset = 0; offset < bytes; offset += encoding.blockBytes()) {
      MemorySegment.copy(block(encoding, random), 0, segment, offset, encoding.blockBytes());
    }
    return new HostMatrix("random", encoding, segment, rows, cols, experts);
  }

  /** A block whose values are finite and neither all tiny nor huge. */
  private static MemorySegment block(Encoding encoding, RandomGenerator random) {
    var bytes = new byte[encoding.blockBytes()];
    var block = MemorySegment.ofArray(bytes);
    var values = new float[encoding.blockLength()];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      random.nextBytes(bytes);
      encoding.decode(block, 0, values, 0, values.length);
      float largest = 0;
      for (float value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      if (largest >= SMALLEST && largest <= LARGEST) {
        return block;
      }
    }
    throw new IllegalStateException("%s: no ordinary block among %d random ones".formatted(encoding.id(), ATTEMPTS));
  }
}
