package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import io.gatun.device.Verdict;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.Exl3Encoding.Codebook;
import io.gatun.tensors.MatrixEncoding.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every width and codebook is decoded as its encoding says, by one activation row and by many. Activations are rows of
 * a Hadamard matrix, of which the first rotation leaves a single input; the test undoes the second one.
 */
class JitTrellisTest {
  private static final int BLOCK = 128;
  private static final int COLS = 2 * BLOCK;
  private static final int ROWS = BLOCK;

  private static Stream<Arguments> kinds() {
    return IntStream.rangeClosed(1, 8)
        .boxed()
        .flatMap(bits -> Arrays.stream(Codebook.values()).map(book -> Arguments.of(bits, book)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void innerNumbersAreThoseOfTheEncoding(int bits, Codebook book) {
    Assumptions.assumeTrue(new JitTier().verdict(Hardware.detect()) instanceof Verdict.Usable);
    try (var memory = new HostMemory()) {
      var w = matrix(bits, book, memory);
      var encoding = (Exl3Encoding) w.encoding();
      var inner = new float[ROWS * COLS];
      encoding.decodeInner(w.planes(), new Region(0, ROWS, 0, COLS), inner, 0);
      HostBuffer x = memory.buffer(COLS, COLS);
      for (int token = 0; token < COLS; token++) {
        for (int col = token / BLOCK * BLOCK; col < (token / BLOCK + 1) * BLOCK; col++) {
          put(x, token * COLS + col, hadamard(token % BLOCK, col % BLOCK));
        }
      }
      HostBuffer alone = memory.buffer(COLS, ROWS);
      HostBuffer together = memory.buffer(COLS, ROWS);
      var kernel = new JitTier().floatOfPlanes(w).orElseThrow();
      for (int token = 0; token < COLS; token++) {
        kernel.run(new Product<>(x, token, w, 0, alone, token, 1), 0, ROWS, new Scratch());
      }
      kernel.run(new Product<>(x, 0, w, 0, together, 0, COLS), 0, ROWS, new Scratch());
      double tolerance = book == Codebook.MUL1 ? 0x1p-20 : 0; // its small numbers are finer than floats of their sums
      float[] found = values(alone);
      assertArrayEquals(found, values(together));
      for (int token = 0; token < COLS; token++) {
        for (int row = 0; row < ROWS; row++) {
          double sum = 0;
          for (int k = 0; k < ROWS; k++) {
            sum += (double) hadamard(row, k) * found[token * ROWS + k];
          }
          assertEquals(inner[row * COLS + token], sum / ROWS, tolerance, "input " + token + ", output " + row);
        }
      }
    }
  }

  private static HostMatrix matrix(int bits, Codebook book, HostMemory memory) {
    MemorySegment trellis = memory.allocate((long) ROWS * COLS * bits / Byte.SIZE, "trellis");
    var random = new SplittableRandom(bits);
    for (long i = 0; i < trellis.byteSize(); i++) {
      trellis.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    var encoding = new Exl3Encoding(bits, book, ones(COLS), ones(ROWS));
    return new HostMatrix("trellis", encoding, List.of(trellis), 0, ROWS, COLS, 1, List.of());
  }

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Of Sylvester's matrix: 1 or −1. */
  private static float hadamard(int row, int col) {
    return 1 - 2 * (Integer.bitCount(row & col) % 2);
  }

  private static void put(HostBuffer buffer, long index, float value) {
    buffer.segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  private static float[] values(HostBuffer buffer) {
    return buffer.segment().toArray(ValueLayout.JAVA_FLOAT);
  }
}
