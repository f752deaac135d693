package io.gatun.conformance;

import static io.gatun.conformance.Comparison.put;

import io.gatun.device.ActivationFunction;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What {@link RowKernels} must do: quantize, add, scale and append as scalar to the bit, the others close to it, and each
 * with the same bits however its range is cut. Owned by one check.
 */
final class RowContract {
  private static final RowKernels SCALAR = ScalarKernels.INSTANCE;
  private static final int[] LENGTHS = {1, 4, 15, 16, 17, 31, 32, 33, 63, 64, 80, 100, 1000, 2048};

  private final RowKernels kernels;
  private final HostMemory memory;
  private final RandomGenerator random = new SplittableRandom(1);

  private RowContract(RowKernels kernels, HostMemory memory) {
    this.kernels = kernels;
    this.memory = memory;
  }

  /** One check per operation. */
  static Stream<Check> checks(RowKernels kernels, Supplier<HostMemory> memories) {
    Stream<Check> operations =
        Stream.of(
            check("quantize", kernels, memories, RowContract::quantize),
            check("rmsNorm", kernels, memories, RowContract::rmsNorm),
            check("layerNorm", kernels, memories, RowContract::layerNorm),
            check("rope", kernels, memories, RowContract::rope),
            check("gate", kernels, memories, RowContract::gate),
            check("activate", kernels, memories, RowContract::activate),
            check("softcap", kernels, memories, RowContract::softcap),
            check("add and scale", kernels, memories, RowContract::addAndScale));
    Stream<Check> caches =
        Arrays.stream(KvType.values())
            .flatMap(
                type ->
                    Stream.of(
                        check("append to " + type.id(), kernels, memories, contract -> contract.append(type)),
                        check("attention over " + type.id(), kernels, memories, contract -> contract.attention(type))));
    return Stream.concat(operations, caches);
  }

  private static Check check(
      String name, RowKernels kernels, Supplier<HostMemory> memories, Consumer<RowContract> operation) {
    return new Check(
        name,
        () -> {
          try (HostMemory memory = memories.get()) {
            operation.accept(new RowContract(kernels, memory));
          }
        });
  }

  private HostBuffer gaussians(long rows, long cols) {
    HostBuffer buffer = memory.buffer(rows, cols);
    ActivationFill.GAUSSIAN.fill(buffer, random);
    return buffer;
  }

  private HostBuffer copy(HostBuffer buffer) {
    HostBuffer copy = memory.buffer(buffer.rows(), buffer.cols());
    copy.segment().copyFrom(buffer.segment());
    return copy;
  }

  private static void fill(HostBuffer x, long row, float value) {
    for (long i = row * x.cols(); i < (row + 1) * x.cols(); i++) {
      put(x, i, value);
    }
  }

  private interface Ranged {
    void run(RowKernels kernels, HostBuffer target, long from, long to);
  }

  /** Scalar in one piece against the kernels in one piece, in single items, and in odd pieces. */
  private void compare(String what, HostBuffer start, long items, Tolerance tolerance, Ranged operation) {
    HostBuffer expected = copy(start);
    operation.run(SCALAR, expected, 0, items);
    HostBuffer whole = copy(start);
    operation.run(kernels, whole, 0, items);
    tolerance.verify(Comparison.values(expected), Comparison.values(whole), what);
    for (int piece : new int[] {1, 3, 7, 40}) {
      HostBuffer cut = copy(start);
      for (long from = 0; from < items; from += piece) {
        operation.run(kernels, cut, from, Math.min(items, from + piece));
      }
      Comparison.same(whole, cut, what + " in pieces of " + piece);
    }
    HostBuffer part = copy(start);
    operation.run(kernels, part, items / 3, items - items / 3);
    long width = start.values() / items;
    for (long i = 0; i < start.values(); i++) {
      boolean asked = i >= items / 3 * width && i < (items - items / 3) * width;
      Comparison.same(Comparison.at(asked ? whole : start, i), Comparison.at(part, i), what + " of a part", i);
    }
  }

  private void rmsNorm() {
    for (int length : LENGTHS) {
      HostBuffer gain = gaussians(1, length);
      HostBuffer x = gaussians(5, 2L * length);
      HostBuffer out = memory.buffer(5, 2L * length);
      compare("norm", out, 5, Tolerance.rounded(), (k, y, from, to) -> k.rmsNorm(x, gain, 1e-5f, y, from, to));
      compare("norm in place", x, 5, Tolerance.rounded(), (k, y, from, to) -> k.rmsNorm(y, gain, 1e-5f, y, from, to));
    }
  }

  private void layerNorm() {
    for (int length : LENGTHS) {
      HostBuffer gain = gaussians(1, 2L * length);
      HostBuffer x = gaussians(5, 4L * length);
      HostBuffer out = memory.buffer(5, 4L * length);
      Tolerance rounded = Tolerance.rounded();
      compare("layer norm", out, 5, rounded, (k, y, from, to) -> k.layerNorm(x, length, gain, 1e-5f, y, from, to));
      compare("in place", x, 5, rounded, (k, y, from, to) -> k.layerNorm(y, length, gain, 1e-5f, y, from, to));
    }
  }

  private void rope() {
    int[] positions = {0, 1, 2, 77, 4095, 131_071, 10_000_000, Integer.MAX_VALUE};
    for (RopeSpec.Pairing pairing : RopeSpec.Pairing.values()) {
      for (int pairs : new int[] {1, 3, 8, 16, 20, 32, 64}) {
        for (int rest : new int[] {0, 6}) {
          double[] frequencies =
              IntStream.range(0, pairs).mapToDouble(i -> Math.pow(1e4, -(double) i / pairs)).toArray();
          var spec = new RopeSpec(pairing, 2 * pairs + rest, frequencies, 1.25f);
          HostBuffer x = gaussians(positions.length, 3L * spec.headDim());
          compare(
              "%s of %d pairs".formatted(pairing, pairs),
              x,
              positions.length,
              Tolerance.rounded(),
              (k, y, from, to) -> k.rope(y, positions, spec, from, to, new Scratch()));
        }
      }
    }
  }

  private void gate() {
    HostBuffer x = gaussians(3, 341);
    HostBuffer up = gaussians(3, 341);
    float[] special = {0, -0f, 1e-30f, -1e-30f, 88, -87, 104, -110, 1e30f, -1e30f};
    for (int i = 0; i < special.length; i++) {
      put(x, 40 + i, special[i]);
    }
    HostBuffer odd = memory.buffer(1, 40);
    put(odd, 0, Float.NaN);
    put(odd, 1, Float.NEGATIVE_INFINITY);
    put(odd, 2, Float.POSITIVE_INFINITY);
    HostBuffer factors = gaussians(1, 40);
    for (ActivationFunction f : ActivationFunction.values()) {
      compare(f + "", x, x.values(), Tolerance.rounded(), (k, y, from, to) -> k.gate(y, up, f, from, to));
      compare(f + " of no numbers", odd, 40, Tolerance.rounded(), (k, y, from, to) -> k.gate(y, factors, f, from, to));
    }
  }

  private void activate() {
    for (int cols : LENGTHS) {
      HostBuffer x = gaussians(7, cols);
      for (ActivationFunction f : ActivationFunction.values()) {
        compare(f + " alone", x, x.values(), Tolerance.rounded(), (k, y, from, to) -> k.activate(y, f, from, to));
      }
    }
  }

  /** Small values, for which the tangent is the value, and such that reach the cap. */
  private void softcap() {
    for (float cap : new float[] {0.3f, 30, 1e6f}) {
      HostBuffer x = gaussians(7, 333);
      put(x, 5, Float.NaN);
      put(x, 6, Float.NEGATIVE_INFINITY);
      put(x, 7, Float.MAX_VALUE);
      put(x, 8, 1e-42f);
      Tolerance rounded = Tolerance.rounded();
      compare("softcap " + cap, x, x.values(), rounded, (k, y, from, to) -> k.softcap(y, cap, from, to));
    }
  }

  private void addAndScale() {
    var exact = new Tolerance.Exact();
    for (int cols : LENGTHS) {
      HostBuffer x = gaussians(7, cols);
      HostBuffer y = gaussians(7, cols);
      compare("add", x, x.values(), exact, (k, sum, from, to) -> k.add(sum, y, from, to));
      compare("add a row", x, x.values(), exact, (k, sum, from, to) -> k.add(sum, y.first(1), from, to));
      compare("scale", x, x.values(), exact, (k, product, from, to) -> k.scale(product, 0.3f, from, to));
    }
  }

  private void quantize() {
    for (int cols : LENGTHS) {
      HostBuffer x = gaussians(12, cols);
      fill(x, 0, 0);
      fill(x, 1, 1e-42f);
      fill(x, 2, Float.MAX_VALUE);
      put(x, 3L * cols + cols / 2, Float.NaN);
      put(x, 5L * cols - 1, Float.NEGATIVE_INFINITY);
      fill(x, 5, -2.5e-37f);
      for (int i = 0; i < cols; i++) {
        put(x, 6L * cols + i, (i % 255 - 127) * 0.5f); // codes half-way between integers
        put(x, 7L * cols + i, i % 2 == 0 ? -127 : 0.49999997f);
      }
      QuantizedRows expected = dirty(12, cols);
      QuantizedRows found = dirty(12, cols);
      SCALAR.quantize(x, expected, 0, 12, new Scratch());
      kernels.quantize(x, found, 0, 5, new Scratch());
      kernels.quantize(x, found, 5, 12, new Scratch());
      Comparison.sameBytes(expected.codes(), found.codes(), "codes of %d".formatted(cols));
      Comparison.sameBytes(expected.sums(), found.sums(), "sums of %d".formatted(cols));
      Comparison.same(scales(expected), scales(found), "scales of %d".formatted(cols));
    }
  }

  private QuantizedRows dirty(int rows, int cols) {
    var quantized = new QuantizedRows(memory);
    quantized.reshape(rows, cols);
    quantized.codes().fill((byte) 99);
    quantized.sums().fill((byte) 99);
    return quantized;
  }

  /** Without what pads a row. */
  private static float[] scales(QuantizedRows rows) {
    int runs = (rows.cols() + QuantizedRows.RUN - 1) / QuantizedRows.RUN;
    var scales = new float[Math.toIntExact(rows.rows() * runs)];
    for (int i = 0; i < scales.length; i++) {
      long index = i / runs * rows.scaleStride() + i % runs;
      scales[i] = rows.scales().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }
    return scales;
  }

  private void append(KvType type) {
    for (int[] shape : new int[][] {{1, 1, 1}, {2, 24, 40}, {3, 64, 64}, {2, 33, 7}}) {
      var layout = new KvLayout(List.of(new KvLayout.Layer(shape[0], shape[1], shape[2])), type, type);
      HostKvPool expected = memory.kvPool(layout);
      HostKvPool found = memory.kvPool(layout);
      int[] pages = {expected.allocate(), expected.allocate()};
      Comparison.require(pages[0] == found.allocate() && pages[1] == found.allocate(), "pages in the same order");
      int[] positions = {0, 1, 15, 16, 47, 63, 64, 100, 127};
      var all = new int[positions.length][];
      Arrays.fill(all, pages);
      HostBuffer k = gaussians(positions.length, (long) shape[0] * shape[1]);
      HostBuffer v = gaussians(positions.length, (long) shape[0] * shape[2]);
      put(k, k.cols(), Float.NaN);
      put(v, 2 * v.cols(), Float.POSITIVE_INFINITY);
      fill(v, 3, 1e-42f);
      BiConsumer<RowKernels, HostKvPool> append =
          (subject, pool) -> {
            var rows = new KvRows(all, positions);
            subject.append(pool, 0, k, v, rows, 0, 4, new Scratch());
            subject.append(pool, 0, k, v, rows, 4, positions.length, new Scratch());
          };
      append.accept(SCALAR, expected);
      append.accept(kernels, found);
      for (int page : pages) {
        Comparison.sameBytes(expected.page(page), found.page(page), "pages of %s".formatted(Arrays.toString(shape)));
      }
    }
  }

  private void attention(KvType type) {
    AttentionSamples.SHAPES.forEach(
        spec -> {
          var samples = new AttentionSamples(spec, type, memory, random);
          samples.verify(kernels, random);
          samples.verifyWindow(kernels);
        });
  }
}
