package io.gatun.cpu;

import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/** Weights whose codes are extreme and whose scales are ordinary, for any quantized encoding. */
final class CodeFills {

  private CodeFills() {}

  /** A random matrix, each byte of its codes replaced by {@code code} of the byte's index. */
  static HostMatrix matrix(
      QuantizedEncoding encoding, int rows, int cols, IntUnaryOperator code, RandomGenerator random, HostMemory memory) {
    HostMatrix matrix = RandomBlocks.matrix(encoding, rows, cols, 1, random, memory);
    boolean[] codes = codeBytes(encoding);
    MemorySegment bytes = matrix.bytes();
    for (long i = 0; i < bytes.byteSize(); i++) {
      int inBlock = (int) (i % encoding.blockBytes());
      if (codes[inBlock]) {
        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) code.applyAsInt(inBlock));
      }
    }
    return matrix;
  }

  /** The bytes of a block that scales and minimums do not depend on. */
  static boolean[] codeBytes(QuantizedEncoding encoding) {
    var result = new boolean[encoding.blockBytes()];
    Arrays.fill(result, true);
    var random = new SplittableRandom(1);
    var block = new byte[encoding.blockBytes()];
    for (int attempt = 0; attempt < 20; attempt++) {
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
