package io.gatun.cpu;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.KvType;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RandomBlocks;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A short comparison of a kernel with the scalar one, before it is let into the {@link KernelTable}: equality to the bit
 * for 8-bit activations, a tight error for floats. Results are empty, or the fault. Stateless.
 */
final class SelfCheck {
  /** Σ(kernel − scalar)² / Σ scalar². Float sums of a few hundred products come to about 1e-13. */
  private static final double LARGEST_NMSE = 1e-10;

  private static final int ROWS = 37;

  /** Activation rows, which are also computed one at a time. */
  private static final int COUNT = 5;

  /** Columns of the largest case, but for encodings of larger blocks: people wait for a check. */
  private static final int COLS = 288;

  private static final float UNTOUCHED = -12345.678f;

  private SelfCheck() {}

  static Optional<String> q8(Encoding encoding, MatmulKernel<QuantizedRows> kernel) {
    return products(encoding, kernel, ScalarKernels.q8Matmul(), SelfCheck::quantized, 0);
  }

  static Optional<String> floats(Encoding encoding, MatmulKernel<HostBuffer> kernel) {
    return products(encoding, kernel, ScalarKernels.floatMatmul(), (x, _) -> x, LARGEST_NMSE);
  }

  private static QuantizedRows quantized(HostBuffer x, HostMemory memory) {
    var rows = new QuantizedRows(memory);
    rows.reshape(x.rows(), x.cols());
    ScalarKernels.INSTANCE.quantize(x, rows, 0, x.rows(), new Scratch());
    return rows;
  }

  private static <X> Optional<String> products(
      Encoding encoding,
      MatmulKernel<X> kernel,
      MatmulKernel<X> scalar,
      BiFunction<HostBuffer, HostMemory, X> prepare,
      double tolerance) {
    int block = encoding.blockLength();
    return guarded(
        () ->
            IntStream.of(block, 3 * block, COLS / block * block)
                .filter(cols -> cols > 0)
                .distinct()
                .mapToObj(cols -> new Case<>(encoding, cols, COUNT, kernel, scalar, prepare))
                .flatMap(check -> check.fault(tolerance).stream())
                .findFirst());
  }

  /**
   * A product to compare.
   *
   * @param count activation rows
   * @param prepare makes them from floats
   */
  private record Case<X>(
      Encoding encoding,
      int cols,
      int count,
      MatmulKernel<X> kernel,
      MatmulKernel<X> scalar,
      BiFunction<HostBuffer, HostMemory, X> prepare) {

    /**
     * All weight rows of the second of two experts; some of them, which must leave the other outputs alone; the first
     * and the last activation row alone. The bits are the same each time.
     */
    Optional<String> fault(double tolerance) {
      try (var memory = new HostMemory()) {
        var random = new SplittableRandom(cols + count);
        HostMatrix w = matrix(random, memory);
        X x = prepare.apply(filled(memory.buffer(count + 2, cols), random), memory);
        var whole = new Part(0, count, 0, ROWS);
        HostBuffer results = run(kernel, x, w, whole, memory);
        return difference(results, run(scalar, x, w, whole, memory), ROWS, tolerance)
            .or(() -> whole.fault(results, results))
            .or(
                () ->
                    Stream.of(new Part(0, count, 3, 20), new Part(0, 1, 0, ROWS), new Part(count - 1, 1, 0, ROWS))
                        .flatMap(part -> part.fault(run(kernel, x, w, part, memory), results).stream())
                        .findFirst())
            .map(text -> "%s (%d columns, %d activation rows)".formatted(text, cols, count));
      }
    }

    /** Between bytes that are no numbers, so that a kernel that computes with them is noticed. */
    private HostMatrix matrix(RandomGenerator random, HostMemory memory) {
      long bytes = 2 * ROWS * encoding.bytes(cols);
      MemorySegment all = memory.allocate(bytes + 2 * HostMemory.ALIGNMENT, "weights of a self-check");
      all.fill((byte) 0xFF);
      MemorySegment weights = all.asSlice(HostMemory.ALIGNMENT, bytes);
      RandomBlocks.ORDINARY.fill(encoding, weights, random);
      return new HostMatrix("self-check", encoding, weights, ROWS, cols, 2);
    }

    private HostBuffer run(MatmulKernel<X> candidate, X x, HostMatrix w, Part part, HostMemory memory) {
      HostBuffer out = memory.buffer(count + 1, ROWS);
      for (long i = 0; i < out.values(); i++) {
        out.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, UNTOUCHED);
      }
      var product = new Product<>(x, 2 + part.token(), w, 1, out, 1 + part.token(), part.tokens());
      candidate.run(product, part.from(), part.to(), new Scratch());
      return out;
    }
  }

  /** Some activation rows and some weight rows. */
  private record Part(int token, int tokens, int from, int to) {

    /** Whether results have other bits than those of the whole, or are elsewhere as well. */
    Optional<String> fault(HostBuffer part, HostBuffer whole) {
      for (long i = 0; i < whole.values(); i++) {
        long row = i / ROWS - 1;
        long column = i % ROWS;
        float alone = part.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        float together = whole.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        if (row < token || row >= token + tokens || column < from || column >= to) {
          if (alone != UNTOUCHED) {
            return Optional.of("its self-check found %s at [%d, %d], which is not of its rows".formatted(alone, row, column));
          }
        } else if (Float.floatToIntBits(alone) != Float.floatToIntBits(together)) {
          return Optional.of("its results depend on how rows are grouped: %s alone, %s in company".formatted(alone, together));
        }
      }
      return Optional.empty();
    }
  }

  static Optional<String> rows(RowKernels kernels) {
    return guarded(() -> RowCheck.compare(kernels, LARGEST_NMSE));
  }

  private static Optional<String> guarded(Supplier<Optional<String>> check) {
    try {
      return check.get();
    } catch (RuntimeException | LinkageError e) {
      return Optional.of("its self-check threw " + e);
    }
  }

  static Optional<String> cache(KvType type, RowKernels kernels) {
    return guarded(() -> RowCheck.compareCache(type, kernels, LARGEST_NMSE));
  }

  /**
   * Compares two buffers of the same shape.
   *
   * @param tolerance of the normalized mean square error; 0 for equality to the bit
   */
  static Optional<String> difference(HostBuffer found, HostBuffer expected, double tolerance) {
    return difference(found, expected, 0, tolerance);
  }

  /** @param from the first value that is a result */
  private static Optional<String> difference(HostBuffer found, HostBuffer expected, long from, double tolerance) {
    double error = 0;
    double power = 0;
    for (long i = from; i < expected.values(); i++) {
      float e = expected.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float f = found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      error += ((double) f - e) * ((double) f - e);
      power += (double) e * e;
      if (tolerance == 0 && Float.floatToIntBits(e) != Float.floatToIntBits(f)) {
        return Optional.of(
            "its self-check differs at [%d, %d]: %s, scalar %s".formatted(i / found.cols(), i % found.cols(), f, e));
      }
    }
    double nmse = error / power;
    return error == 0 || nmse <= tolerance
        ? Optional.empty()
        : Optional.of("its self-check has an error of %.1e, expected at most %.1e".formatted(nmse, tolerance));
  }

  static HostBuffer filled(HostBuffer buffer, RandomGenerator random) {
    for (long i = 0; i < buffer.values(); i++) {
      buffer.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return buffer;
  }
}
