package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.conformance.DeviceContract;
import io.gatun.conformance.Fuzz;
import io.gatun.conformance.GuardPages;
import io.gatun.conformance.Jvm;
import io.gatun.conformance.KernelContract;
import io.gatun.conformance.Kernels;
import io.gatun.conformance.Tolerance;
import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Device;
import io.gatun.program.VectorKernels;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The kernels of the Vector API, and a device with them, keep the contract. */
class VectorContractTest {
  private static final Kernels KERNELS = new VectorKernels().get();

  @TestFactory
  Stream<DynamicTest> kernelsKeepTheContract() {
    return KernelContract.of(KERNELS).checks().map(check -> dynamicTest(check.name(), check::verify));
  }

  @TestFactory
  Stream<DynamicTest> theDeviceKeepsTheContract() {
    List<Function<ActivationPrecision, Device>> threads = List.of(device(2), device(1));
    return new DeviceContract(KERNELS.name(), threads, Tolerance.ROUNDED)
        .checks()
        .map(check -> dynamicTest(check.name(), check::verify));
  }

  private static Function<ActivationPrecision, Device> device(int threads) {
    KernelTable table = KernelTable.scalar().improvedBy(new VectorTier());
    return precision -> new CpuDevice(threads, table, precision);
  }

  @Test
  @Timeout(120)
  void nothingIsTouchedBeyondTheOperands() throws Exception {
    List<String> flags =
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dgatun.vector.bits=" + System.getProperty("gatun.vector.bits", ""));
    var pages = new GuardPages(Jvm.of(KernelContract.class, CpuBackend.class), VectorKernels.class, flags, 20);
    assertEquals(Optional.empty(), pages.fault());
  }

  @Test
  void randomProductsAreRight() {
    var fuzz = new Fuzz(KERNELS);
    assertEquals(Optional.empty(), fuzz.searchAsAsked());
    assertTrue(fuzz.tried() > 0, "nothing was tried");
  }

  /** The kernels that the table would take after their self-check are the ones that the suite is run on. */
  @Test
  void everyKernelPassesItsSelfCheck() {
    KernelTable table = KernelTable.scalar().improvedBy(new VectorTier()).checked();
    assertEquals(KERNELS.name(), table.describe());
    assertEquals(List.of(), table.notes());
  }
}
