package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationFunction;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.device.RopeSpec;
import io.gatun.device.RouterSpec;
import io.gatun.device.Routing;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The CPU device with scalar kernels equals the reference to the bit, for any number of threads. */
class CpuDeviceTest {

  private static void assertSameEverywhere(ActivationPrecision precision, String what, Function<Device, float[]> run) {
    float[] expected;
    try (Device reference = new ReferenceDevice(precision)) {
      expected = run.apply(reference);
    }
    for (int threads = 1; threads <= 3; threads++) {
      try (Device device = new CpuDevice(threads, KernelTable.scalar(), precision)) {
        assertBitsEqual(expected, run.apply(device), "%s, %s, %d threads".formatted(what, precision, threads));
      }
    }
  }

  private static void assertBitsEqual(float[] expected, float[] found, String what) {
    assertEquals(expected.length, found.length, what);
    for (int i = 0; i < expected.length; i++) {
      int index = i;
      assertEquals(
          Float.floatToIntBits(expected[i]), Float.floatToIntBits(found[i]), () -> "%s at %d".formatted(what, index));
    }
  }

  static Stream<Encoding> encodings() {
    return Samples.encodings();
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void matmulEqualsTheReference(Encoding encoding) {
    var random = new Random(encoding.id().hashCode());
    for (ActivationPrecision precision : List.of(ActivationPrecision.Q8, ActivationPrecision.F32)) {
      for (int blocks : new int[] {1, 3}) {
        int cols = blocks * encoding.blockLength() * (encoding.blockLength() == 1 ? 37 : 1);
        for (int rows : new int[] {1, 17, 333}) {
          TensorData weights = Samples.weights(encoding, 1, rows, cols, random);
          for (int count : new int[] {1, 2, 9}) {
            float[] x = Samples.gaussians(count * cols, random);
            assertSameEverywhere(
                precision,
                weights + " times " + count,
                device -> {
                  Buffer out = device.buffer(count, rows);
                  device.matmul(Samples.buffer(device, count, cols, x), device.load(weights), out);
                  return Samples.all(device, out);
                });
          }
        }
      }
    }
  }

  /** Large enough that the rows are split; the list has a float matrix between two quantized ones. */
  @Test
  void aListOfProductsEqualsTheProducts() {
    var random = new Random(1);
    int cols = 512;
    List<TensorData> all =
        List.of(
            Samples.weights(Encodings.Q4_K, 1, 700, cols, random),
            Samples.weights(Encodings.F16, 1, 130, cols, random),
            Samples.weights(Encodings.Q6_K, 1, 301, cols, random));
    float[] x = Samples.gaussians(4 * cols, random);
    for (ActivationPrecision precision : ActivationPrecision.values()) {
      assertSameEverywhere(
          precision,
          "list",
          device -> {
            List<Matrix> weights = all.stream().map(device::load).toList();
            List<Buffer> outs = weights.stream().map(w -> device.buffer(4, w.rows())).toList();
            device.matmul(Samples.buffer(device, 4, cols, x), weights, outs);
            return concatenated(device, outs);
          });
    }
  }

  private static float[] concatenated(Device device, List<Buffer> buffers) {
    var result = new float[0];
    for (Buffer buffer : buffers) {
      float[] values = Samples.all(device, buffer);
      int length = result.length;
      result = Arrays.copyOf(result, length + values.length);
      System.arraycopy(values, 0, result, length, values.length);
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void expertsEqualTheReference(Encoding encoding) {
    var random = new Random(3);
    int cols = encoding.blockLength() == 1 ? 96 : encoding.blockLength();
    TensorData experts = Samples.weights(encoding, 5, 150, cols, random);
    float[] logits = Samples.gaussians(7 * 5, random);
    float[] x = Samples.gaussians(7 * cols, random);
    float[] perSlot = Samples.gaussians(21 * cols, random);
    for (ActivationPrecision precision : List.of(ActivationPrecision.Q8, ActivationPrecision.F32)) {
      assertSameEverywhere(
          precision,
          experts.toString(),
          device -> {
            Matrix matrix = device.load(experts);
            var spec = new RouterSpec(3, RouterSpec.Weighting.SOFTMAX_RENORMALIZED);
            Routing routing = device.route(Samples.buffer(device, 7, 5, logits), spec);
            Buffer slots = device.buffer(21, 150);
            device.matmulExperts(Samples.buffer(device, 7, cols, x), matrix, routing, slots);
            Buffer combined = device.buffer(7, 150);
            device.combine(slots, routing, combined);
            Buffer again = device.buffer(21, 150);
            device.matmulExperts(Samples.buffer(device, 21, cols, perSlot), matrix, routing, again);
            return concatenated(device, List.of(slots, combined, again));
          });
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void attentionEqualsTheReference(KvType type) {
    var random = new Random(4);
    int tokens = 200;
    var spec = new AttentionSpec(6, 3, 24, 40, 0.2f);
    float[] k = Samples.gaussians(tokens * 72, random);
    float[] v = Samples.gaussians(tokens * 120, random);
    float[] q = Samples.gaussians(tokens * 144, random);
    assertSameEverywhere(
        ActivationPrecision.Q8,
        "attention over " + type,
        device -> {
          KvPool pool = device.kvPool(new KvLayout(List.of(new KvLayout.Layer(3, 24, 40)), type, type));
          int[] pages = {pool.allocate(), pool.allocate(), pool.allocate(), pool.allocate()};
          var all = new int[tokens][];
          Arrays.fill(all, pages);
          var rows = new KvRows(all, java.util.stream.IntStream.range(0, tokens).toArray());
          device.append(pool, 0, Samples.buffer(device, tokens, 72, k), Samples.buffer(device, tokens, 120, v), rows);
          Buffer out = device.buffer(tokens, 240);
          device.attention(Samples.buffer(device, tokens, 144, q), pool, 0, spec, rows, out);
          return Samples.all(device, out);
        });
  }

  /** Wide enough that every loop is split. */
  @Test
  void rowOperationsEqualTheReference() {
    var random = new Random(5);
    int rows = 40;
    int cols = 4096;
    float[] x = Samples.gaussians(rows * cols, random);
    float[] y = Samples.gaussians(rows * cols, random);
    float[] gain = Samples.gaussians(64, random);
    TensorData table = Samples.weights(Encodings.Q5_0, 1, 10, cols, random);
    int[] positions = new Random(6).ints(rows, 0, 5000).toArray();
    double[] frequencies = new Random(7).doubles(32).toArray();
    int[] ids = new Random(8).ints(rows, 0, 10).toArray();
    assertSameEverywhere(
        ActivationPrecision.Q8,
        "rows",
        device -> {
          Buffer a = Samples.buffer(device, rows, cols, x);
          Buffer b = Samples.buffer(device, rows, cols, y);
          Buffer embedded = device.buffer(rows, cols);
          device.embed(device.load(table), ids, embedded);
          device.rmsNorm(a, Samples.buffer(device, 1, 64, gain), 1e-5f, a);
          device.rope(a, positions, new RopeSpec(RopeSpec.Pairing.HALVES, 128, frequencies, 1));
          device.gate(a, b, ActivationFunction.SILU);
          device.add(a, embedded);
          device.add(a, b.first(1));
          device.scale(a, 0.7f);
          Buffer gathered = device.buffer(3, cols);
          device.gather(a, new int[] {39, 0, 39}, gathered);
          return concatenated(device, List.of(a, gathered));
        });
  }

  @Test
  void gatedMlpEqualsTheReference() {
    var random = new Random(9);
    TensorData gate = Samples.weights(Encodings.Q4_0, 1, 352, 128, random);
    TensorData up = Samples.weights(Encodings.Q8_0, 1, 352, 128, random);
    TensorData down = Samples.weights(Encodings.Q5_1, 1, 128, 352, random);
    float[] x = Samples.gaussians(5 * 128, random);
    assertSameEverywhere(
        ActivationPrecision.Q8,
        "mlp",
        device -> {
          Buffer out = device.buffer(5, 128);
          device.gatedMlp(
              Samples.buffer(device, 5, 128, x),
              device.load(gate),
              device.load(up),
              device.load(down),
              ActivationFunction.SILU,
              List.of(device.buffer(5, 352), device.buffer(5, 352)),
              out);
          return Samples.all(device, out);
        });
  }

  @Test
  void rowsAreTheSameAloneAndInChunks() {
    var random = new Random(10);
    TensorData weights = Samples.weights(Encodings.Q4_K, 1, 200, 512, random);
    float[] x = Samples.gaussians(64 * 512, random);
    try (Device device = new CpuDevice(2, KernelTable.scalar(), ActivationPrecision.Q8)) {
      Matrix w = device.load(weights);
      Buffer whole = device.buffer(64, 200);
      device.matmul(Samples.buffer(device, 64, 512, x), w, whole);
      for (int chunk : new int[] {1, 7, 64}) {
        var found = new float[0];
        for (int first = 0; first < 64; first += chunk) {
          int count = Math.min(chunk, 64 - first);
          Buffer out = device.buffer(count, 200);
          float[] part = Arrays.copyOfRange(x, first * 512, (first + count) * 512);
          device.matmul(Samples.buffer(device, count, 512, part), w, out);
          int length = found.length;
          found = Arrays.copyOf(found, length + count * 200);
          System.arraycopy(Samples.all(device, out), 0, found, length, count * 200);
        }
        assertArrayEquals(Samples.all(device, whole), found);
      }
    }
  }

  @Test
  void describesItselfInOneLine() {
    try (Device device = new CpuDevice(2, KernelTable.scalar(), ActivationPrecision.F32)) {
      assertEquals("cpu scalar activations=f32 threads=2", device.describe());
    }
  }

  @Test
  void closeFreesTheThreadsAndLaterUseSaysSo() {
    long before = WorkersTest.crew();
    for (int i = 0; i < 300; i++) {
      try (Device device = new CpuDevice(3, KernelTable.scalar(), ActivationPrecision.Q8)) {
        device.scale(device.buffer(100, 1000), 2);
      }
    }
    assertEquals(before, WorkersTest.crew());
    Device device = new CpuDevice(2, KernelTable.scalar(), ActivationPrecision.Q8);
    Buffer x = device.buffer(1, 1);
    device.close();
    device.close();
    var thrown = assertThrows(IllegalStateException.class, () -> device.scale(x, 2));
    assertTrue(String.valueOf(thrown.getMessage()).contains("the device is closed"), thrown.toString());
  }

  /** Closing waits for the product in flight; the next one is refused, and the thread is not interrupted by it. */
  @Test
  void closeFromAnotherThreadEndsAComputation() throws InterruptedException {
    long before = WorkersTest.crew();
    TensorData weights = Samples.weights(Encodings.Q4_0, 1, 512, 512, new Random(12));
    for (Device device : List.of(cpu(), cpu(), cpu(), new ReferenceDevice(ActivationPrecision.Q8), cpu())) {
      Matrix w = device.load(weights);
      Buffer x = device.buffer(16, 512);
      Buffer out = device.buffer(16, 512);
      var closer = new Thread(device::close);
      device.matmul(x, w, out);
      closer.start();
      var thrown =
          assertThrows(
              IllegalStateException.class,
              () -> {
                while (true) {
                  device.matmul(x, w, out);
                }
              });
      assertTrue(String.valueOf(thrown.getMessage()).startsWith("the device is closed"), thrown.toString());
      closer.join();
    }
    assertEquals(before, WorkersTest.crew());
  }

  private static Device cpu() {
    return new CpuDevice(2, KernelTable.scalar(), ActivationPrecision.Q8);
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    var random = new Random(11);
    try (Device device = new CpuDevice(2, KernelTable.scalar(), ActivationPrecision.Q8)) {
      Matrix w = device.load(Samples.weights(Encodings.Q4_0, 1, 3, 32, random));
      var refused = IllegalArgumentException.class;
      assertThrows(refused, () -> device.matmul(device.buffer(1, 64), w, device.buffer(1, 3)));
      assertThrows(refused, () -> device.matmul(device.buffer(1, 32), w, device.buffer(1, 4)));
      assertThrows(refused, () -> device.matmul(device.buffer(1, 32), List.of(w, w), List.of(device.buffer(1, 3))));
      assertThrows(refused, () -> device.rmsNorm(device.buffer(1, 5), device.buffer(1, 2), 0, device.buffer(1, 5)));
    }
  }
}
