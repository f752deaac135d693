package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.conformance.DeviceContract;
import io.gatun.conformance.Operands;
import io.gatun.conformance.Tolerance;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Matrix;
import io.gatun.device.ReferenceDevice;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.TensorData;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Isolated;

/** The CPU device with scalar kernels equals the reference to the bit, for any number of threads. */
@Isolated("it counts the threads of the JVM")
class CpuDeviceTest {

  @TestFactory
  Stream<DynamicTest> withScalarKernelsItEqualsTheReference() {
    List<Function<ActivationPrecision, Device>> threads =
        IntStream.rangeClosed(1, 3).<Function<ActivationPrecision, Device>>mapToObj(CpuDeviceTest::scalar).toList();
    return new DeviceContract("cpu", threads, new Tolerance.Exact())
        .checks()
        .map(check -> dynamicTest(check.name(), check::verify));
  }

  private static Function<ActivationPrecision, Device> scalar(int threads) {
    return precision -> new CpuDevice(threads, KernelTable.scalar(), precision);
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
    TensorData weights = Operands.weights(Encodings.Q4_0, 1, 512, 512, new SplittableRandom(12));
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
}
