package io.gatun.conformance;

import io.gatun.device.Bf16;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.PlainEncoding;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Verifies one {@link ProductCase}: the outputs that were asked for, that no other is touched, and that they are the same
 * to the bit for one activation row alone and for some of the weight rows. Owns its memory while it runs.
 */
final class ProductCheck {
  private static final float UNTOUCHED = -12345.678f;

  private final ProductCase test;
  private final HostMemory memory;
  private final SplittableRandom random;
  private final HostMatrix w;
  private final HostBuffer floats;
  private final int expert;
  private final int firstX;
  private final int firstOut;
  private final int outRows;
  private final Scratch scratch = new Scratch();

  private ProductCheck(ProductCase test, HostMemory memory) {
    this.test = test;
    this.memory = memory;
    this.random = new SplittableRandom(test.seed());
    int experts = random.nextInt(1, 4);
    this.expert = random.nextInt(experts);
    this.firstX = random.nextInt(3);
    this.firstOut = random.nextInt(3);
    this.outRows = firstOut + test.tokens() + random.nextInt(2);
    this.w = matrix(experts);
    this.floats = memory.buffer(firstX + test.tokens(), test.cols());
    test.activations().fill(floats, random);
  }

  private HostMatrix matrix(int experts) {
    if (test.encoding() instanceof PlaneKind kind) {
      return kind.matrix(test.rows(), test.cols(), experts, test.weights(), random, this::allocate);
    }
    MemorySegment segment = allocate((long) experts * test.rows() * test.encoding().bytes(test.cols()));
    test.weights().fill(test.encoding(), segment, random);
    return new HostMatrix("random", test.encoding(), segment, test.rows(), test.cols(), experts);
  }

  private MemorySegment allocate(long bytes) {
    return switch (test.memory()) {
      case NATIVE -> memory.allocate(bytes, "weights");
      case HEAP -> MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    };
  }

  /** Whether the kernels have one for the case. */
  static boolean applies(ProductCase test, Kernels kernels) {
    try (var memory = new HostMemory()) {
      HostMatrix w = new ProductCheck(test.withShape(1, test.encoding().blockLength(), 1), memory).w;
      return switch (test.precision()) {
        case F32 -> floats(w, kernels).isPresent();
        case Q8, NATIVE -> q8(w, kernels).isPresent();
      };
    }
  }

  private static Optional<MatmulKernel<QuantizedRows>> q8(HostMatrix w, Kernels kernels) {
    return switch (w.encoding()) {
      case QuantizedEncoding quantized -> kernels.q8().apply(quantized);
      case MatrixEncoding _ -> kernels.q8OfPlanes().apply(w);
      case PlainEncoding _, OpaqueEncoding _ -> Optional.empty();
    };
  }

  private static Optional<MatmulKernel<HostBuffer>> floats(HostMatrix w, Kernels kernels) {
    return w.encoding() instanceof MatrixEncoding
        ? kernels.floatOfPlanes().apply(w)
        : kernels.floats().apply(w.encoding());
  }

  /**
   * @param kernels that have one for the case
   * @throws AssertionError if it is wrong
   */
  static void verify(ProductCase test, Kernels kernels, Supplier<HostMemory> memories) {
    try (HostMemory memory = memories.get()) {
      var check = new ProductCheck(test, memory);
      switch (test.precision()) {
        case F32 -> check.floats(floats(check.w, kernels).orElseThrow(), kernels.roundToBf16());
        case Q8, NATIVE -> check.q8(q8(check.w, kernels).orElseThrow());
      }
    }
  }

  private void q8(MatmulKernel<QuantizedRows> kernel) {
    var x = new QuantizedRows(memory);
    x.reshape(floats.rows(), floats.cols());
    ScalarKernels.INSTANCE.quantize(floats, x, 0, floats.rows(), scratch);
    float[] expected = run(ScalarKernels.q8Matmul(), x, new Part(0, test.tokens(), test.from(), test.to()));
    float[] found = run(kernel, x, new Part(0, test.tokens(), test.from(), test.to()));
    Comparison.same(expected, found, test.toString());
    groupings(kernel, x, found);
  }

  private void floats(MatmulKernel<HostBuffer> kernel, boolean roundsToBf16) {
    float[] found = run(kernel, floats, new Part(0, test.tokens(), test.from(), test.to()));
    int step = w.rowStep();
    var decoded = new float[step * test.cols()];
    for (int row = 0; row < test.rows(); row++) {
      if (row % step == 0) {
        w.decode(expert, row, Math.min(step, test.rows() - row), decoded);
      }
      float[] weights = Arrays.copyOfRange(decoded, row % step * test.cols(), (row % step + 1) * test.cols());
      for (int outRow = 0; outRow < outRows; outRow++) {
        int token = outRow - firstOut;
        float value = found[outRow * test.rows() + row];
        if (row < test.from() || row >= test.to() || token < 0 || token >= test.tokens()) {
          Comparison.same(UNTOUCHED, value, test + ", what was not asked for", (long) outRow * test.rows() + row);
        } else {
          close(weights, token, roundsToBf16, value, "%s, [%d, %d]".formatted(test, token, row));
        }
      }
    }
    groupings(kernel, floats, found);
  }

  /**
   * In any order of summation a product goes through as many roundings as there are additions on its way. With four lanes or
   * more these are cols / 4 in its lane, a few to bring the lanes together, and one of its own. Each errs by 2⁻²⁴ of the sum of
   * magnitudes at most, and where numbers are subnormal by 2⁻¹⁵⁰ at most; dot products of bf16 make these 0, which errs by less
   * than 2⁻¹²⁶. Sums that may overflow on the way mean nothing.
   */
  private void close(float[] weights, int token, boolean roundsToBf16, float value, String what) {
    double sum = 0;
    double magnitudes = 0;
    for (int i = 0; i < weights.length; i++) {
      float x = Comparison.at(floats, (firstX + token) * (long) weights.length + i);
      double product = roundsToBf16 ? (double) Bf16.round(weights[i]) * Bf16.round(x) : (double) weights[i] * x;
      sum += product;
      magnitudes += Double.isFinite(product) ? Math.abs(product) : 0;
    }
    if (magnitudes >= Float.MAX_VALUE) {
      return;
    }
    if (!Double.isFinite(sum)) {
      Comparison.same((float) sum, value, what, 0);
    } else {
      double bound = (weights.length / 4 + 5) * 0x1p-24 * magnitudes + weights.length * (roundsToBf16 ? 0x1p-126 : 0x1p-149);
      Comparison.require(Math.abs(value - sum) <= bound, "%s: %s, expected %s ± %s".formatted(what, value, sum, bound));
    }
  }

  /** An activation row alone, and some of the weight rows of all: the bits of {@code whole}. */
  private <X> void groupings(MatmulKernel<X> kernel, X x, float[] whole) {
    int rows = test.to() - test.from();
    sameBits(whole, kernel, x, new Part(random.nextInt(test.tokens()), 1, test.from(), test.to()));
    sameBits(whole, kernel, x, new Part(0, test.tokens(), test.from() + rows / 3, test.to() - rows / 4));
  }

  private <X> void sameBits(float[] whole, MatmulKernel<X> kernel, X x, Part part) {
    float[] found = run(kernel, x, part);
    for (int outRow = 0; outRow < outRows; outRow++) {
      int token = outRow - firstOut;
      for (int row = 0; row < test.rows(); row++) {
        int index = outRow * test.rows() + row;
        float expected = part.has(token, row) ? whole[index] : UNTOUCHED;
        Comparison.same(expected, found[index], "%s, in parts: %s".formatted(test, part), index);
      }
    }
  }

  /** Some activation rows and some weight rows. */
  private record Part(int token, int tokens, int from, int to) {
    boolean has(int t, int row) {
      return t >= token && t < token + tokens && row >= from && row < to;
    }
  }

  private <X> float[] run(MatmulKernel<X> kernel, X x, Part part) {
    HostBuffer out = memory.buffer(outRows, test.rows());
    for (long i = 0; i < out.values(); i++) {
      out.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, UNTOUCHED);
    }
    var product = new Product<>(x, firstX + part.token(), w, expert, out, firstOut + part.token(), part.tokens());
    kernel.run(product, part.from(), part.to(), scratch);
    return Comparison.values(out);
  }
}
