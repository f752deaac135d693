package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With float activations the vector kernels agree with sums in double, and with themselves to the bit. */
class VectorFloatTest {
  private static final VectorTier TIER = new VectorTier();
  private final SplittableRandom random = new SplittableRandom(7);

  static Stream<Encoding> encodings() {
    return Samples.encodings();
  }

  private static int[] columns(Encoding encoding) {
    int block = encoding.blockLength();
    return block == 1 ? new int[] {1, 2, 3, 15, 16, 17, 31, 64, 100, 257, 1000} : new int[] {block, 3 * block, (288 + block - 1) / block * block};
  }

  private static HostBuffer run(Encoding encoding, HostBuffer x, HostMatrix w, long from, long to, HostMemory memory) {
    HostBuffer out = memory.buffer(x.rows(), w.rows());
    TIER.floatMatmul(encoding)
        .orElseThrow()
        .run(new Product<>(x, 0, w, w.experts() - 1, out, 0, x.rows()), from, to, new Scratch());
    return out;
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void agreesWithSumsInDouble(Encoding encoding) {
    for (int cols : columns(encoding)) {
      for (int rows : new int[] {1, 2, 15, 16, 17, 33, 100}) {
        try (var memory = new HostMemory()) {
          HostMatrix w = RandomBlocks.matrix(encoding, rows, cols, 2, random, memory);
          for (int count : new int[] {1, 2, 3, 4, 5, 7, 8, 33}) {
            HostBuffer x = SelfCheck.filled(memory.buffer(count, cols), random);
            assertClose(x, w, run(encoding, x, w, 0, rows, memory));
          }
        }
      }
    }
  }

  /** Each rounding of a sum errs by at most 2^−24 of the sum of magnitudes; a lane has cols / 4 of them at most. */
  private static void assertClose(HostBuffer x, HostMatrix w, HostBuffer found) {
    int cols = (int) w.cols();
    var weights = new float[cols];
    for (int row = 0; row < w.rows(); row++) {
      w.encoding().decode(w.bytes(), w.rowOffset(w.experts() - 1, row), weights, 0, cols);
      for (int t = 0; t < x.rows(); t++) {
        double sum = 0;
        double magnitudes = 0;
        for (int i = 0; i < cols; i++) {
          double product = (double) weights[i] * x.segment().getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * cols + i);
          sum += product;
          magnitudes += Math.abs(product);
        }
        float value = found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, t * w.rows() + row);
        assertEquals(sum, value, (cols / 4 + 5) * 0x1p-24 * magnitudes, "%s, [%d, %d]".formatted(w, t, row));
      }
    }
  }

  private static int[] bits(HostBuffer buffer) {
    return buffer.segment().toArray(ValueLayout.JAVA_INT);
  }

  /** The results of one activation row alone, of all at once, and of the rows of the matrix in pieces. */
  @ParameterizedTest
  @MethodSource("encodings")
  void groupingDoesNotChangeABit(Encoding encoding) {
    int rows = 53;
    for (int cols : columns(encoding)) {
      try (var memory = new HostMemory()) {
        HostMatrix w = RandomBlocks.matrix(encoding, rows, cols, 1, random, memory);
        HostBuffer x = SelfCheck.filled(memory.buffer(11, cols), random);
        int[] all = bits(run(encoding, x, w, 0, rows, memory));
        for (int t = 0; t < 11; t++) {
          HostBuffer alone = memory.buffer(1, cols);
          MemorySegment.copy(x.segment(), t * 4L * cols, alone.segment(), 0, 4L * cols);
          int[] row = Arrays.copyOfRange(all, t * rows, (t + 1) * rows);
          assertTrue(Arrays.equals(row, bits(run(encoding, alone, w, 0, rows, memory))), () -> w + " alone");
        }
        HostBuffer out = memory.buffer(11, rows);
        for (int from = 0; from < rows; from += 7) {
          TIER.floatMatmul(encoding)
              .orElseThrow()
              .run(new Product<>(x, 0, w, 0, out, 0, 11), from, Math.min(rows, from + 7), new Scratch());
        }
        assertTrue(Arrays.equals(all, bits(out)), () -> w + " in pieces");
        var heap = MemorySegment.ofArray(w.bytes().toArray(ValueLayout.JAVA_BYTE));
        var onHeap = new HostMatrix(w.name(), encoding, heap, rows, cols, 1);
        assertTrue(Arrays.equals(all, bits(run(encoding, x, onHeap, 0, rows, memory))), () -> w + " on the heap");
      }
    }
  }

  /** All 65536 of them times one. */
  @Test
  void everyHalfIsWidenedExactly() {
    for (Encoding encoding : new Encoding[] {Encodings.F16, Encodings.BF16}) {
      try (var memory = new HostMemory()) {
        MemorySegment bytes = memory.allocate(2 * 65536, "halves");
        for (int i = 0; i < 65536; i++) {
          bytes.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        }
        var w = new HostMatrix("halves", encoding, bytes, 65536, 1, 1);
        HostBuffer one = memory.buffer(1, 1);
        one.segment().set(ValueLayout.JAVA_FLOAT, 0, 1);
        HostBuffer found = run(encoding, one, w, 0, 65536, memory);
        var expected = new float[1];
        for (int i = 0; i < 65536; i++) {
          encoding.decode(bytes, 2L * i, expected, 0, 1);
          assertEquals(expected[0] + 0f, found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i), "%04x".formatted(i));
        }
      }
    }
  }
}
