package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation against small cases worked out by hand. */
class ReferenceDeviceTest {
  private final Device device = new ReferenceDevice(ActivationPrecision.F32);

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void buffersStartAsZerosAndViewTheirFirstRows() {
    Buffer buffer = device.buffer(3, 2);
    assertArrayEquals(new float[6], Samples.all(device, buffer));
    Buffer two = buffer.first(2);
    device.write(new float[] {1, 2, 3, 4}, two);
    assertArrayEquals(new float[] {1, 2, 3, 4, 0, 0}, Samples.all(device, buffer));
    assertEquals(0, buffer.first(0).rows());
    assertThrows(IllegalArgumentException.class, () -> buffer.first(4));
  }

  @Test
  void embedDecodesRows() {
    Matrix table = device.load(Samples.floats(List.of(3L, 2L), 1, 2, 3, 4, 5, 6));
    Buffer out = device.buffer(2, 2);
    device.embed(table, new int[] {2, 0}, out);
    assertArrayEquals(new float[] {5, 6, 1, 2}, Samples.all(device, out));
    assertThrows(IllegalArgumentException.class, () -> device.embed(table, new int[] {3, 0}, out));
    assertThrows(IllegalArgumentException.class, () -> device.embed(table, new int[] {-1, 0}, out));
  }

  @Test
  void gatherCopiesRows() {
    Buffer x = Samples.buffer(device, 3, 2, 1, 2, 3, 4, 5, 6);
    Buffer out = device.buffer(4, 2);
    device.gather(x, new int[] {2, 2, 0, 1}, out);
    assertArrayEquals(new float[] {5, 6, 5, 6, 1, 2, 3, 4}, Samples.all(device, out));
  }

  @Test
  void addAddsRowsOrOneRowToAll() {
    Buffer x = Samples.buffer(device, 2, 2, 1, 2, 3, 4);
    device.add(x, Samples.buffer(device, 2, 2, 10, 20, 30, 40));
    assertArrayEquals(new float[] {11, 22, 33, 44}, Samples.all(device, x));
    device.add(x, Samples.buffer(device, 1, 2, 100, 200));
    assertArrayEquals(new float[] {111, 222, 133, 244}, Samples.all(device, x));
    device.scale(x, 0.5f);
    assertArrayEquals(new float[] {55.5f, 111, 66.5f, 122}, Samples.all(device, x));
  }

  @Test
  void matmulMultipliesByTheTranspose() {
    Matrix w = device.load(Samples.floats(List.of(2L, 3L), 1, 2, 3, -1, 0, 1));
    Buffer x = Samples.buffer(device, 2, 3, 1, 10, 100, 2, 3, 4);
    Buffer out = device.buffer(2, 2);
    device.matmul(x, w, out);
    assertArrayEquals(new float[] {321, 99, 20, 2}, Samples.all(device, out));
    device.matmul(x.first(0), w, out.first(0));
  }

  @Test
  void rmsNormDividesByTheRootMeanSquareOfEachRun() {
    Buffer x = Samples.buffer(device, 1, 4, 3, 4, -6, 8);
    Buffer gain = device.loadVector(Samples.floats(List.of(2L), 2, 1));
    device.rmsNorm(x, gain, 0, x);
    // mean(9, 16) = 12.5, mean(36, 64) = 50
    float first = (float) (1 / Math.sqrt(12.5));
    float second = (float) (1 / Math.sqrt(50));
    assertArrayEquals(new float[] {3 * first * 2, 4 * first, -6 * second * 2, 8 * second}, Samples.all(device, x));
  }

  @Test
  void rmsNormAddsEpsToTheMean() {
    Buffer x = Samples.buffer(device, 1, 2, 1, 1);
    device.rmsNorm(x, Samples.buffer(device, 1, 2, 1, 1), 3, x);
    assertArrayEquals(new float[] {0.5f, 0.5f}, Samples.all(device, x));
  }

  @Test
  void ropeRotatesAdjacentPairsAndLeavesTheRest() {
    var spec = new RopeSpec(RopeSpec.Pairing.ADJACENT, 5, new double[] {Math.PI / 2, Math.PI}, 2);
    Buffer x = Samples.buffer(device, 2, 10, 1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 1, 2, 3, 4, 5, 10, 20, 30, 40, 50);
    device.rope(x, new int[] {1, 0}, spec);
    assertArrayEquals(
        new float[] {-4, 2, -6, -8, 5, -40, 20, -60, -80, 50, 2, 4, 6, 8, 5, 20, 40, 60, 80, 50},
        Samples.all(device, x),
        1e-5f);
  }

  @Test
  void ropeRotatesHalves() {
    var spec = new RopeSpec(RopeSpec.Pairing.HALVES, 5, new double[] {Math.PI / 2, Math.PI}, 1);
    Buffer x = Samples.buffer(device, 1, 5, 1, 2, 3, 4, 5);
    device.rope(x, new int[] {1}, spec);
    assertArrayEquals(new float[] {-3, -2, 1, -4, 5}, Samples.all(device, x), 1e-6f);
  }

  @Test
  void gateIsSiluTimesUp() {
    Buffer gate = Samples.buffer(device, 1, 4, 0, 1, -1000, 50);
    device.gate(gate, Samples.buffer(device, 1, 4, 5, 2, 3, 0.5f), ActivationFunction.SILU);
    assertArrayEquals(new float[] {0, (float) (2 / (1 + Math.exp(-1))), -0f, 25}, Samples.all(device, gate));
  }

  @Test
  void routeChoosesTheLargestAndTheLowerOfEquals() {
    Buffer logits = Samples.buffer(device, 2, 4, 1, 2, 2, 0, 5, 5, 5, 5);
    Routing routing = device.route(logits, new RouterSpec(2, RouterSpec.Weighting.SOFTMAX_RENORMALIZED));
    assertArrayEquals(new int[] {1, 2, 0, 1}, routing.experts());
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, routing.weights());
    double all = Math.exp(-1) + 1 + 1 + Math.exp(-2);
    Routing plain = device.route(logits, new RouterSpec(3, RouterSpec.Weighting.SOFTMAX));
    assertArrayEquals(new int[] {1, 2, 0, 0, 1, 2}, plain.experts());
    assertArrayEquals(
        new float[] {(float) (1 / all), (float) (1 / all), (float) (Math.exp(-1) / all), 0.25f, 0.25f, 0.25f},
        plain.weights(),
        1e-7f);
  }

  @Test
  void expertsMultiplyTokensAndThenSlots() {
    Matrix experts = device.load(Samples.floats(List.of(2L, 1L, 2L), 1, 2, 10, 20));
    var routing = new Routing(2, new int[] {1, 0, 0, 1}, new float[] {0.25f, 0.75f, 1, 0});
    Buffer tokens = Samples.buffer(device, 2, 2, 1, 1, 2, 0);
    Buffer slots = device.buffer(4, 1);
    device.matmulExperts(tokens, experts, routing, slots);
    assertArrayEquals(new float[] {30, 3, 2, 20}, Samples.all(device, slots));
    Buffer perSlot = Samples.buffer(device, 4, 2, 1, 0, 1, 0, 0, 1, 0, 1);
    Buffer out = device.buffer(4, 1);
    device.matmulExperts(perSlot, experts, routing, out);
    assertArrayEquals(new float[] {10, 1, 2, 20}, Samples.all(device, out));
    Buffer combined = device.buffer(2, 1);
    device.combine(slots, routing, combined);
    assertArrayEquals(new float[] {0.25f * 30 + 0.75f * 3, 2}, Samples.all(device, combined));
  }

  @Test
  void gatedMlpComposesItsPrimitives() {
    Matrix one = device.load(Samples.floats(List.of(1L, 1L), 1));
    Matrix two = device.load(Samples.floats(List.of(1L, 1L), 2));
    Buffer x = Samples.buffer(device, 1, 1, 3);
    Buffer out = device.buffer(1, 1);
    var hidden = List.of(device.buffer(1, 1), device.buffer(1, 1));
    device.gatedMlp(x, one, two, two, ActivationFunction.SILU, hidden, out);
    assertEquals(2 * 3 / (1 + Math.exp(-3)) * 6, Samples.row(device, out, 0)[0], 1e-5);
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    Matrix w = device.load(Samples.floats(List.of(2L, 3L), 1, 2, 3, 4, 5, 6));
    Buffer x = device.buffer(2, 3);
    var refused = IllegalArgumentException.class;
    assertThrows(refused, () -> device.matmul(device.buffer(2, 2), w, device.buffer(2, 2)));
    assertThrows(refused, () -> device.matmul(x, w, device.buffer(2, 3)));
    assertThrows(refused, () -> device.matmul(x, w, device.buffer(1, 2)));
    assertThrows(refused, () -> device.add(x, device.buffer(2, 2)));
    assertThrows(refused, () -> device.write(new float[5], x));
    assertThrows(refused, () -> device.read(x, 2, new float[3]));
    assertThrows(refused, () -> device.read(x, 0, new float[2]));
    assertThrows(refused, () -> device.rmsNorm(x, device.buffer(1, 2), 0, x));
    assertThrows(refused, () -> device.rope(x, new int[] {1}, new RopeSpec(RopeSpec.Pairing.HALVES, 3, new double[1], 1)));
    assertThrows(refused, () -> device.gate(x, device.buffer(1, 3), ActivationFunction.SILU));
    assertThrows(refused, () -> device.route(x, new RouterSpec(4, RouterSpec.Weighting.SOFTMAX)));
    assertThrows(refused, () -> device.buffer(-1, 3));
    Matrix square = device.load(Samples.floats(List.of(1L, 1L), 1));
    Buffer one = device.buffer(1, 1);
    assertThrows(refused, () -> device.matmul(one, square, one));
  }

  @Test
  void unsupportedEncodingsAreFoundAtLoad() {
    var opaque = Encodings.byId("q8_1").orElseThrow();
    var bytes = MemorySegment.ofArray(new byte[opaque.blockBytes()]);
    var tensor = new TensorData("blk.0.w", List.of(1L, (long) opaque.blockLength()), opaque, List.of(bytes));
    var thrown = assertThrows(UnsupportedModelException.class, () -> device.load(tensor));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith("blk.0.w q8_1 [1, 32]"), thrown.getMessage());
    assertThrows(UnsupportedModelException.class, () -> device.loadVector(tensor));
  }

  @Test
  void memoryThatIsNotThereIsADeviceException() {
    var thrown = assertThrows(DeviceException.class, () -> device.buffer(1L << 40, 1024));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith("no memory for a buffer [1099511627776, 1024]"), thrown.toString());
  }

  @Test
  void useAfterCloseSaysSo() {
    Buffer x = device.buffer(1, 1);
    device.close();
    device.close();
    var thrown = assertThrows(IllegalStateException.class, () -> device.scale(x, 2));
    assertTrue(String.valueOf(thrown.getMessage()).contains("the device is closed"), thrown.getMessage());
    assertThrows(IllegalStateException.class, () -> device.buffer(1, 1));
    assertThrows(
        IllegalStateException.class, () -> device.kvPool(new KvLayout(List.of(), KvType.F32, KvType.F32)));
  }

  @Test
  void floatMatmulDecodesEveryEncodingAndSumsInDouble() {
    var random = new Random(7);
    for (Encoding encoding : Stream.concat(Samples.floats(), Samples.quantized()).toList()) {
      int cols = 2 * Math.max(16, encoding.blockLength());
      TensorData weights = Samples.weights(encoding, 1, 11, cols, random);
      float[] values = Samples.gaussians(3 * cols, random);
      Buffer out = device.buffer(3, 11);
      device.matmul(Samples.buffer(device, 3, cols, values), device.load(weights), out);
      for (int r = 0; r < 3; r++) {
        for (int o = 0; o < 11; o++) {
          float[] w = Samples.decoded(weights, o);
          double sum = 0;
          for (int i = 0; i < cols; i++) {
            sum += (double) w[i] * values[r * cols + i];
          }
          assertEquals((float) sum, Samples.row(device, out, r)[o], encoding.id());
        }
      }
    }
  }
}
