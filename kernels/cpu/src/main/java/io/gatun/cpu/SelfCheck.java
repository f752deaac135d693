package io.gatun.cpu;

import io.gatun.device.ByteDots;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.KvType;
import io.gatun.device.MatmulKernel;
import io.gatun.device.MissingFlagException;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RandomBlocks;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A short comparison of a kernel with the scalar one, before it is let into the {@link KernelTable}: equality to the bit
 * for 8-bit activations, a tight error for floats. Results are empty, or the fault. Stateless.
 */
final class SelfCheck {
  /** Σ(kernel − scalar)² / Σ scalar². Float sums of a few hundred products come to about 1e-13. */
  private static final double LARGEST_NMSE = 1e-10;

  private static final int ROWS = 37;

  /**
   * Activation rows: more than any kernel computes as a few, with a few left over. The first and the last are also computed
   * alone.
   */
  private static final int COUNT = 11;

  /** Columns of the largest case, but for encodings of larger blocks: people wait for a check. */
  private static final int COLS = 288;

  /** Few different blocks: each is decoded to see whether it is ordinary. */
  private static final RandomBlocks BLOCKS = RandomBlocks.ORDINARY.withDistinct(61);

  private static final float UNTOUCHED = -12345.678f;

  private SelfCheck() {}

  static Optional<String> q8(Encoding encoding, MatmulKernel<QuantizedRows> kernel) {
    return products(madeUp(encoding), kernel, ScalarKernels.q8Matmul(), SelfCheck::quantized, 0);
  }

  static Optional<String> floats(Encoding encoding, MatmulKernel<HostBuffer> kernel) {
    return products(madeUp(encoding), kernel, ScalarKernels.floatMatmul(), (x, _) -> x, LARGEST_NMSE);
  }

  /** On the first rows of a matrix in planes. */
  static Optional<String> q8(HostMatrix w, MatmulKernel<QuantizedRows> kernel) {
    return products(_ -> List.of(w.first(ROWS)), kernel, ScalarKernels.q8Matmul(), SelfCheck::quantized, 0);
  }

  static Optional<String> floats(HostMatrix w, MatmulKernel<HostBuffer> kernel) {
    return products(_ -> List.of(w.first(ROWS)), kernel, ScalarKernels.floatMatmul(), (x, _) -> x, LARGEST_NMSE);
  }

  private static Function<HostMemory, List<HostMatrix>> madeUp(Encoding encoding) {
    return memory -> widths(encoding.blockLength()).stream().map(cols -> matrix(encoding, cols, memory)).toList();
  }

  /** Two experts between bytes that are no numbers, so that a kernel that computes with them is noticed. */
  private static HostMatrix matrix(Encoding encoding, int cols, HostMemory memory) {
    long bytes = 2 * ROWS * encoding.bytes(cols);
    MemorySegment all = memory.allocate(bytes + 2 * HostMemory.ALIGNMENT, "weights of a self-check");
    all.fill((byte) 0xFF);
    MemorySegment weights = all.asSlice(HostMemory.ALIGNMENT, bytes);
    BLOCKS.fill(encoding, weights, new SplittableRandom(cols + COUNT));
    return new HostMatrix("self-check", encoding, weights, ROWS, cols, 2);
  }

  static Optional<String> bf16(Encoding encoding, MatmulKernel<HostBuffer> kernel) {
    return products(madeUp(encoding), kernel, ScalarKernels.bf16Matmul(), (x, _) -> x, LARGEST_NMSE);
  }

  private static QuantizedRows quantized(HostBuffer x, HostMemory memory) {
    var rows = new QuantizedRows(memory);
    rows.reshape(x.rows(), x.cols());
    ScalarKernels.INSTANCE.quantize(x, rows, 0, x.rows(), new Scratch());
    return rows;
  }

  private static <X> Optional<String> products(
      Function<HostMemory, List<HostMatrix>> matrices,
      MatmulKernel<X> kernel,
      MatmulKernel<X> scalar,
      BiFunction<HostBuffer, HostMemory, X> prepare,
      double tolerance) {
    return guarded(
        () -> {
          try (var memory = new HostMemory()) {
            for (HostMatrix w : matrices.apply(memory)) {
              Optional<String> fault = new Case<>(w, COUNT, kernel, scalar, prepare, memory).fault(tolerance);
              if (fault.isPresent()) {
                return fault;
              }
            }
            return Optional.empty();
          }
        });
  }

  private static SortedSet<Integer> widths(int block) {
    var widths = new TreeSet<>(List.of(block, 3 * block));
    if (block <= COLS) {
      widths.add(COLS / block * block);
    }
    return widths;
  }

  /**
   * A product to compare, with the last expert.
   *
   * @param count activation rows
   * @param prepare makes them from floats
   * @param memory for all of it
   */
  private record Case<X>(
      HostMatrix w,
      int count,
      MatmulKernel<X> kernel,
      MatmulKernel<X> scalar,
      BiFunction<HostBuffer, HostMemory, X> prepare,
      HostMemory memory) {

    /**
     * All weight rows; some of them, which must leave the other outputs alone; the first and the last activation row alone. The bits are the same each time.
     */
    Optional<String> fault(double tolerance) {
      X x = prepare.apply(filled(memory.buffer(count + 2, w.cols()), new SplittableRandom(w.cols() - count)), memory);
      int rows = (int) w.rows();
      var whole = new Part(0, count, 0, rows);
      float[] results = run(kernel, x, whole);
      Optional<String> fault =
          difference(results, run(scalar, x, whole), rows, rows, tolerance).or(() -> whole.fault(results, results, rows));
      var some = new Part(0, count, Math.min(3, rows), Math.min(20, rows));
      var parts = List.of(some, new Part(0, 1, 0, rows), new Part(count - 1, 1, 0, rows));
      for (int i = 0; i < parts.size() && fault.isEmpty(); i++) {
        fault = parts.get(i).fault(run(kernel, x, parts.get(i)), results, rows);
      }
      return fault.map(text -> "%s (%d columns, %d activation rows)".formatted(text, w.cols(), count));
    }

    /** All values of the buffer that the part is computed into, {@code [count + 1, rows]}. */
    private float[] run(MatmulKernel<X> candidate, X x, Part part) {
      HostBuffer out = memory.buffer(count + 1, w.rows());
      var untouched = new float[(int) out.values()];
      Arrays.fill(untouched, UNTOUCHED);
      out.segment().copyFrom(MemorySegment.ofArray(untouched));
      var product = new Product<>(x, 2 + part.token(), w, w.experts() - 1, out, 1 + part.token(), part.tokens());
      candidate.run(product, part.from(), part.to(), new Scratch());
      return values(out);
    }
  }

  /** Some activation rows and some weight rows. */
  private record Part(int token, int tokens, int from, int to) {

    /**
     * Whether results have other bits than those of the whole, or are elsewhere as well.
     *
     * @param rows of the weights
     */
    Optional<String> fault(float[] part, float[] whole, int rows) {
      for (int i = 0; i < whole.length; i++) {
        int row = i / rows - 1;
        int column = i % rows;
        if (row < token || row >= token + tokens || column < from || column >= to) {
          if (part[i] != UNTOUCHED) {
            return Optional.of(
                "its self-check found %s at [%d, %d], which is not of its rows".formatted(part[i], row, column));
          }
        } else if (Float.floatToIntBits(part[i]) != Float.floatToIntBits(whole[i])) {
          return Optional.of(
              "its results depend on how rows are grouped: %s alone, %s in company".formatted(part[i], whole[i]));
        }
      }
      return Optional.empty();
    }
  }

  /** All numbers of bytes and of 9 bits; strips that are whole and not, lanes that are filled and not. */
  static Optional<String> byteDots(ByteDots kernel) {
    return guarded(
        () -> {
          try (var memory = new HostMemory()) {
            for (int cols : List.of(1, 64, COLS + 3)) {
              for (int tokens : List.of(1, COUNT)) {
                Optional<String> fault = byteDots(kernel, cols, tokens, memory);
                if (fault.isPresent()) {
                  return fault;
                }
              }
            }
            return Optional.empty();
          }
        });
  }

  private static Optional<String> byteDots(ByteDots kernel, int cols, int tokens, HostMemory memory) {
    long stride = Math.ceilDiv(cols, ByteDots.UNIT) * (long) ByteDots.UNIT * Short.BYTES;
    MemorySegment bytes = memory.allocate((long) ROWS * cols, "weights of a self-check");
    MemorySegment shorts = memory.allocate(tokens * stride, "activations of a self-check");
    var random = new SplittableRandom(cols);
    for (long i = 0; i < bytes.byteSize(); i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    for (int i = 0; i < tokens * cols; i++) {
      long at = i / cols * stride + (long) (i % cols) * Short.BYTES;
      shorts.set(ValueLayout.JAVA_SHORT, at, (short) (random.nextInt(511) - 255));
    }
    var w = new ByteDots.Rows(bytes, 0, cols, ROWS);
    var x = new ByteDots.Rows(shorts, 0, stride, tokens);
    var found = new int[ROWS * tokens];
    var expected = new int[ROWS * tokens];
    kernel.run(w, x, cols, found);
    ScalarKernels.byteDots().run(w, x, cols, expected);
    int i = Arrays.mismatch(found, expected);
    return i < 0
        ? Optional.empty()
        : Optional.of("its self-check differs with %d columns: %d, scalar %d".formatted(cols, found[i], expected[i]));
  }

  static Optional<String> rows(RowKernels kernels) {
    return guarded(() -> RowCheck.compare(kernels, LARGEST_NMSE));
  }

  static Optional<String> states(RowKernels kernels) {
    return guarded(() -> RowCheck.compareStates(kernels, LARGEST_NMSE));
  }

  private static Optional<String> guarded(Supplier<Optional<String>> check) {
    try {
      return check.get();
    } catch (MissingFlagException e) {
      throw e;
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
    return difference(values(found), values(expected), 0, (int) found.cols(), tolerance);
  }

  /**
   * @param from the first value that is a result
   * @param cols values of a row, for messages
   */
  private static Optional<String> difference(float[] found, float[] expected, int from, int cols, double tolerance) {
    double error = 0;
    double power = 0;
    for (int i = from; i < expected.length; i++) {
      float e = expected[i];
      float f = found[i];
      error += ((double) f - e) * ((double) f - e);
      power += (double) e * e;
      if (tolerance == 0 && Float.floatToIntBits(e) != Float.floatToIntBits(f)) {
        return Optional.of("its self-check differs at [%d, %d]: %s, scalar %s".formatted(i / cols, i % cols, f, e));
      }
    }
    double nmse = error / power;
    return error == 0 || nmse <= tolerance
        ? Optional.empty()
        : Optional.of("its self-check has an error of %.1e, expected at most %.1e".formatted(nmse, tolerance));
  }

  /** Everything at once: value by value is slow before a compiler has seen it, and this mostly runs before. */
  private static float[] values(HostBuffer buffer) {
    return buffer.segment().toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Values from −4 to 4. */
  static HostBuffer filled(HostBuffer buffer, SplittableRandom random) {
    var values = new float[(int) buffer.values()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 8 * random.nextFloat() - 4;
    }
    buffer.segment().copyFrom(MemorySegment.ofArray(values));
    return buffer;
  }
}
