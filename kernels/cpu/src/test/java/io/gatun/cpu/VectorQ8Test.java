package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With 8-bit activations the vector kernels are the scalar ones, to the bit. */
class VectorQ8Test {
  private static final VectorTier TIER = new VectorTier();
  private static final float UNTOUCHED = -12345.678f;
  private final SplittableRandom random = new SplittableRandom(42);

  static Stream<QuantizedEncoding> encodings() {
    return Encodings.all().stream().filter(QuantizedEncoding.class::isInstance).map(QuantizedEncoding.class::cast);
  }

  private static IntStream columns(QuantizedEncoding encoding) {
    return IntStream.of(1, 2, 3, 7, 8, 9).map(blocks -> blocks * encoding.blockLength()).filter(cols -> cols <= 1024);
  }

  private QuantizedRows gaussians(int count, int cols, float factor, HostMemory memory) {
    HostBuffer x = SelfCheck.filled(memory.buffer(count, cols), random);
    ScalarKernels.INSTANCE.scale(x, factor, 0, x.values());
    return quantized(x, memory);
  }

  private static QuantizedRows quantized(HostBuffer x, HostMemory memory) {
    var rows = new QuantizedRows(memory);
    rows.reshape(x.rows(), x.cols());
    ScalarKernels.INSTANCE.quantize(x, rows, 0, x.rows(), new Scratch());
    return rows;
  }

  private static HostBuffer run(
      MatmulKernel<QuantizedRows> kernel, QuantizedRows x, HostMatrix w, long from, long to, HostMemory memory) {
    HostBuffer out = memory.buffer(x.rows(), w.rows());
    for (long i = 0; i < out.values(); i++) {
      out.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, UNTOUCHED);
    }
    kernel.run(new Product<>(x, 0, w, w.experts() - 1, out, 0, x.rows()), from, to, new Scratch());
    return out;
  }

  private static void assertEqual(QuantizedRows x, HostMatrix w, long from, long to, HostMemory memory) {
    var encoding = (QuantizedEncoding) w.encoding();
    HostBuffer expected = run(ScalarKernels.q8Matmul(), x, w, from, to, memory);
    HostBuffer found = run(TIER.q8Matmul(encoding).orElseThrow(), x, w, from, to, memory);
    for (long i = 0; i < expected.values(); i++) {
      float e = expected.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float f = found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      if (Float.floatToIntBits(e) != Float.floatToIntBits(f)) {
        fail(
            "%s %s, %d activation rows, [%d, %d]: %s, scalar %s"
                .formatted(TIER.name(), w, x.rows(), i / w.rows(), i % w.rows(), f, e));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void equalsScalarAtEverySize(QuantizedEncoding encoding) {
    columns(encoding)
        .forEach(
            cols -> {
              for (int rows : new int[] {1, 2, 15, 16, 17, 33, 64, 100}) {
                try (var memory = new HostMemory()) {
                  HostMatrix w = RandomBlocks.matrix(encoding, rows, cols, 2, random, memory);
                  for (int count : new int[] {1, 2, 3, 4, 5, 7, 8, 33}) {
                    assertEqual(gaussians(count, cols, 1, memory), w, 0, rows, memory);
                  }
                  assertEqual(gaussians(3, cols, 1, memory), w, rows / 3, rows - rows / 4, memory);
                }
              }
            });
  }

  /** More activation rows than a panel meets at once. */
  @ParameterizedTest
  @MethodSource("encodings")
  void equalsScalarWithManyActivationRows(QuantizedEncoding encoding) {
    int cols = 3 * encoding.blockLength();
    try (var memory = new HostMemory()) {
      assertEqual(
          gaussians(515, cols, 1, memory), RandomBlocks.matrix(encoding, 19, cols, 1, random, memory), 0, 19, memory);
    }
  }

  private static HostBuffer extremes(int cols, HostMemory memory) {
    HostBuffer x = memory.buffer(6, cols);
    for (int col = 0; col < cols; col++) {
      float[] values = {1, -1, col % 2 == 0 ? 1 : -1, col % 4 < 2 ? 1 : -1, col % 32 < 16 ? 1 : -1, 0};
      for (int row = 0; row < 6; row++) {
        x.segment().setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * cols + col, values[row]);
      }
    }
    return x;
  }

  /** Codes all least, all greatest, and alternating, against activations of ±127: the bounds of the accumulators. */
  @ParameterizedTest
  @MethodSource("encodings")
  void equalsScalarAtTheExtremesOfTheCodes(QuantizedEncoding encoding) {
    int cols = Math.max(64, 2 * encoding.blockLength());
    List<IntUnaryOperator> fills =
        List.of(
            _ -> 0x00,
            _ -> 0xFF,
            _ -> 0x80,
            _ -> 0x7F,
            i -> i % 2 == 0 ? 0x00 : 0xFF,
            i -> i % 2 == 0 ? 0x0F : 0xF0,
            i -> i % 4 < 2 ? 0x80 : 0x7F);
    for (IntUnaryOperator fill : fills) {
      try (var memory = new HostMemory()) {
        HostMatrix w = CodeFills.matrix(encoding, 35, cols, fill, random, memory);
        assertEqual(quantized(extremes(cols, memory), memory), w, 0, 35, memory);
      }
    }
  }

  /** Activations that are zero, tiny, huge, infinite or not numbers. */
  @ParameterizedTest
  @MethodSource("encodings")
  void equalsScalarAtTheExtremesOfTheScales(QuantizedEncoding encoding) {
    int cols = Math.max(64, encoding.blockLength());
    for (float factor : new float[] {0, 1e-42f, 1e-30f, 1e30f, 1e37f, Float.POSITIVE_INFINITY, Float.NaN}) {
      try (var memory = new HostMemory()) {
        HostMatrix w = RandomBlocks.matrix(encoding, 33, cols, 1, random, memory);
        assertEqual(gaussians(5, cols, factor, memory), w, 0, 33, memory);
      }
    }
  }

  /** Any bytes at all: infinite and undefined scales among them. */
  @ParameterizedTest
  @MethodSource("encodings")
  void equalsScalarOnAnyBytes(QuantizedEncoding encoding) {
    int cols = Math.max(64, encoding.blockLength());
    try (var memory = new HostMemory()) {
      HostMatrix w = RandomBlocks.matrix(encoding, 100, cols, 1, random, memory);
      var bytes = new byte[(int) w.bytes().byteSize()];
      for (int round = 0; round < 20; round++) {
        random.nextBytes(bytes);
        w.bytes().copyFrom(MemorySegment.ofArray(bytes));
        assertEqual(gaussians(2, cols, 1, memory), w, 0, 100, memory);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void readsWeightsOnTheHeapToo(QuantizedEncoding encoding) {
    int cols = 2 * encoding.blockLength();
    try (var memory = new HostMemory()) {
      HostMatrix w = RandomBlocks.matrix(encoding, 21, cols, 1, random, memory);
      var bytes = MemorySegment.ofArray(w.bytes().toArray(ValueLayout.JAVA_BYTE));
      var onHeap = new HostMatrix(w.name(), w.encoding(), bytes, w.rows(), w.cols(), 1);
      assertEquals(bytes.byteSize(), w.bytes().byteSize());
      assertEqual(gaussians(2, cols, 1, memory), onHeap, 0, 21, memory);
    }
  }
}
