package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with 8-bit activations against the formula in {@link Device}, written down a second time. */
class Q8MatmulTest {
  private final Device device = new ReferenceDevice(ActivationPrecision.Q8);

  @AfterEach
  void close() {
    device.close();
  }

  /** Straight from the equations: one output, integers in long, nothing precomputed. */
  private static float expected(TensorData weights, int row, float[] x) {
    var encoding = (QuantizedEncoding) weights.encoding();
    int cols = (int) weights.cols();
    int group = encoding.groupLength();
    var codes = new byte[cols];
    var scales = new float[cols / group];
    var minimums = new float[cols / group];
    encoding.unpack(weights.bytes(), row * encoding.bytes(cols), cols, codes, scales, minimums);
    float acc = 0;
    int piece = Math.min(group, 32);
    for (int start = 0; start < cols; start += piece) {
      int run = start / 32 * 32;
      float max = 0;
      for (int i = run; i < Math.min(run + 32, cols); i++) {
        if (!(Math.abs(x[i]) <= Float.MAX_VALUE)) {
          return Float.NaN;
        }
        max = Math.max(max, Math.abs(x[i]));
      }
      float inverse = 127 / max;
      long dot = 0;
      long sum = 0;
      for (int i = start; i < start + piece; i++) {
        long code = Float.isInfinite(inverse) ? 0 : (long) Math.rint(x[i] * inverse);
        dot += code * codes[i];
        sum += code;
      }
      float xScale = max / 127;
      acc = Math.fma((float) dot, scales[start / group] * xScale, acc);
      if (encoding.hasMinimum()) {
        acc = Math.fma(minimums[start / group], xScale * sum, acc);
      }
    }
    return acc;
  }

  static java.util.stream.Stream<QuantizedEncoding> quantized() {
    return Samples.quantized();
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void equalsTheFormula(QuantizedEncoding encoding) {
    var random = new Random(encoding.id().hashCode());
    for (int blocks : new int[] {1, 2, 5}) {
      int cols = blocks * encoding.blockLength();
      for (int rows : new int[] {1, 7, 19}) {
        TensorData weights = Samples.weights(encoding, 1, rows, cols, random);
        check(weights, rows, cols, Samples.gaussians(3 * cols, random));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void holdsAtExtremes(QuantizedEncoding encoding) {
    var random = new Random(1);
    int cols = 2 * encoding.blockLength();
    TensorData weights = Samples.weights(encoding, 1, 5, cols, random);
    var values = new float[3 * cols];
    Arrays.fill(values, 0, cols, 1e30f);
    Arrays.fill(values, cols, 2 * cols, Float.MIN_VALUE); // 127 / max overflows
    for (int i = 0; i < cols; i++) {
      values[2 * cols + i] = i % 2 == 0 ? 1 : -1;
    }
    check(weights, 5, cols, values);
  }

  private void check(TensorData weights, int rows, int cols, float[] values) {
    int count = values.length / cols;
    Buffer out = device.buffer(count, rows);
    device.matmul(Samples.buffer(device, count, cols, values), device.load(weights), out);
    for (int r = 0; r < count; r++) {
      float[] found = Samples.row(device, out, r);
      for (int o = 0; o < rows; o++) {
        float expected = expected(weights, o, Arrays.copyOfRange(values, r * cols, (r + 1) * cols));
        assertEquals(expected, found[o], weights + " row " + r + " out " + o);
      }
    }
  }

  /** q8_0: f16 scale 1.0 is 0x3c00, codes follow; all codes −128 or 127 against activations that quantize to ±127. */
  @Test
  void theLargestDotIsExact() {
    var bytes = new byte[34];
    Arrays.fill(bytes, (byte) -128);
    bytes[0] = 0;
    bytes[1] = 0x3c;
    var weights = new TensorData("w", List.of(1L, 32L), Encodings.Q8_0, List.of(MemorySegment.ofArray(bytes)));
    var x = new float[32];
    Arrays.fill(x, 127);
    Buffer out = device.buffer(1, 1);
    device.matmul(Samples.buffer(device, 1, 32, x), device.load(weights), out);
    assertEquals(-128f * 127 * 32, Samples.row(device, out, 0)[0]);
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void nanAndInfinityMakeTheirRowNan(QuantizedEncoding encoding) {
    int cols = 3 * encoding.blockLength();
    TensorData weights = Samples.weights(encoding, 1, 4, cols, new Random(2));
    float[] values = Samples.gaussians(4 * cols, new Random(3));
    values[cols + 5] = Float.NaN;
    values[2 * cols + cols - 1] = Float.NEGATIVE_INFINITY;
    Buffer out = device.buffer(4, 4);
    device.matmul(Samples.buffer(device, 4, cols, values), device.load(weights), out);
    for (int r = 0; r < 4; r++) {
      for (float value : Samples.row(device, out, r)) {
        assertEquals(r == 1 || r == 2, Float.isNaN(value), "row " + r);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void rowsAreTheSameAloneAndTogether(QuantizedEncoding encoding) {
    var random = new Random(5);
    int cols = 2 * encoding.blockLength();
    Matrix w = device.load(Samples.weights(encoding, 1, 21, cols, random));
    float[] values = Samples.gaussians(6 * cols, random);
    Buffer together = device.buffer(6, 21);
    device.matmul(Samples.buffer(device, 6, cols, values), w, together);
    for (int r = 0; r < 6; r++) {
      Buffer alone = device.buffer(1, 21);
      float[] x = Arrays.copyOfRange(values, r * cols, (r + 1) * cols);
      device.matmul(Samples.buffer(device, 1, cols, x), w, alone);
      assertArrayEquals(Samples.row(device, together, r), Samples.row(device, alone, 0));
    }
  }

  @Test
  void nativeQuantizesAndPlainEncodingsDoNot() {
    TensorData q4 = Samples.weights(Encodings.Q4_0, 1, 3, 64, new Random(8));
    TensorData f16 = Samples.weights(Encodings.F16, 1, 3, 64, new Random(9));
    float[] x = Samples.gaussians(64, new Random(10));
    try (Device f32 = new ReferenceDevice(ActivationPrecision.F32);
        Device same = new ReferenceDevice(ActivationPrecision.NATIVE)) {
      float[] q8Result = product(device, q4, x);
      assertArrayEquals(q8Result, product(same, q4, x));
      float[] floatResult = product(f32, q4, x);
      assertTrue(!Arrays.equals(q8Result, floatResult), "8-bit activations should differ from floats");
      assertArrayEquals(floatResult, q8Result, 0.02f * norm(q4, x));
      assertArrayEquals(product(f32, f16, x), product(device, f16, x));
    }
  }

  private static float norm(TensorData weights, float[] x) {
    double w = 0;
    double v = 0;
    for (int i = 0; i < x.length; i++) {
      w = Math.max(w, Math.abs(Samples.decoded(weights, 0)[i]));
      v = Math.max(v, Math.abs(x[i]));
    }
    return (float) (w * v * Math.sqrt(x.length));
  }

  private static float[] product(Device device, TensorData weights, float[] x) {
    Buffer out = device.buffer(1, weights.rows());
    device.matmul(Samples.buffer(device, 1, x.length, x), device.load(weights), out);
    return Samples.row(device, out, 0);
  }
}
