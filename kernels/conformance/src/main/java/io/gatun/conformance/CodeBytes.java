package io.gatun.conformance;

import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Which bytes of a block hold codes, found out by changing them. Stateless. */
final class CodeBytes {
  private static final int ATTEMPTS = 8;

  private CodeBytes() {}

  /** By byte of a block: whether scales and minimums do not depend on it. */
  static boolean[] of(QuantizedEncoding encoding) {
    var result = new boolean[encoding.blockBytes()];
    Arrays.fill(result, true);
    var random = new SplittableRandom(1);
    var block = new byte[encoding.blockBytes()];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      random.nextBytes(block);
      float[][] before = scales(encoding, block);
      for (int i = 0; i < block.length; i++) {
        block[i] ^= (byte) 0xA5;
        result[i] &= Arrays.deepEquals(before, scales(encoding, block));
        block[i] ^= (byte) 0xA5;
      }
    }
    return result;
  }

  private static float[][] scales(QuantizedEncoding encoding, byte[] block) {
    int length = encoding.blockLength();
    var scales = new float[2][length / encoding.groupLength()];
    encoding.unpack(MemorySegment.ofArray(block), 0, length, new byte[length], scales[0], scales[1]);
    return scales;
  }
}
