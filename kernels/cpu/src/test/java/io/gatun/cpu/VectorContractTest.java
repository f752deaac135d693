package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.conformance.Check;
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
import io.gatun.device.Hardware;
import io.gatun.device.HostMemory;
import io.gatun.device.Verdict;
import io.gatun.program.VectorKernels;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The kernels of the Vector API, and a device with them, keep the contract: at the width that the processor prefers, and again at
 * those that {@code gatun.vector.bits} asks for. A width that the processor lacks is emulated by the library, correctly and a
 * thousand times slower: there the kernels compute a few products each, and no attention.
 */
@DisabledIf(value = "repeatsThePlainRun", disabledReason = "the plain run has tested the width that this processor prefers")
@Execution(ExecutionMode.CONCURRENT)
class VectorContractTest {
  private static final String EMULATED = "this processor has no vectors of this width: only a few products and the simpler row kernels";
  private static final Kernels KERNELS = new VectorKernels().get();
  private static final int PREFERRED_BITS = VectorShape.preferredShape().vectorBitSize();
  private static final int BITS = Integer.getInteger("gatun.vector.bits", PREFERRED_BITS);
  private static final int EMULATED_CASES = 2;

  /** At a width that the processor has and does not prefer: the same code for other vectors. */
  private static final int NARROWER_CASES = 16;

  static boolean repeatsThePlainRun() {
    return Integer.getInteger("gatun.vector.bits") != null && BITS == PREFERRED_BITS;
  }

  static boolean isEmulated() {
    return BITS > PREFERRED_BITS;
  }

  @TestFactory
  Stream<DynamicTest> kernelsKeepTheContract() {
    return checks().map(check -> dynamicTest(check.name(), check::verify));
  }

  /** Emulated attention takes long, and {@code VectorAttentionTest} has it at every width. */
  private static Stream<Check> checks() {
    if (isEmulated()) {
      return new KernelContract(KERNELS, HostMemory::new, EMULATED_CASES).checks().filter(c -> !c.name().startsWith("attention"));
    }
    KernelContract contract = KernelContract.of(KERNELS);
    return BITS == PREFERRED_BITS
        ? contract.checks()
        : new KernelContract(KERNELS, HostMemory::new, Math.min(contract.cases(), NARROWER_CASES)).checks();
  }

  @Test
  @EnabledIf("isEmulated")
  void aWidthThatIsEmulatedIsRefused() {
    assertEquals(
        new Verdict.Refused("%d-bit vectors, this processor's are of %d bits".formatted(BITS, PREFERRED_BITS)),
        new VectorTier().verdict(Hardware.detect()));
  }

  @TestFactory
  @DisabledIf(value = "isEmulated", disabledReason = EMULATED)
  Stream<DynamicTest> theDeviceKeepsTheContract() {
    List<Function<ActivationPrecision, Device>> threads = List.of(device(2), device(1));
    return new DeviceContract(KERNELS.name(), threads, Tolerance.rounded())
        .checks()
        .map(check -> dynamicTest(check.name(), check::verify));
  }

  private static Function<ActivationPrecision, Device> device(int threads) {
    KernelTable table = KernelTable.scalar().improvedBy(new VectorTier());
    return precision -> new CpuDevice(threads, table, precision);
  }

  @Test
  @Timeout(300)
  @DisabledIf(value = "isEmulated", disabledReason = EMULATED)
  void nothingIsTouchedBeyondTheOperands() throws Exception {
    List<String> flags =
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dgatun.vector.bits=" + System.getProperty("gatun.vector.bits", ""));
    var pages = new GuardPages(Jvm.of(KernelContract.class, CpuBackend.class), VectorKernels.class, flags, 3);
    assertEquals(Optional.empty(), pages.fault());
  }

  @Test
  @DisabledIf(value = "isEmulated", disabledReason = EMULATED)
  void randomProductsAreRight() {
    var fuzz = new Fuzz(KERNELS);
    assertEquals(Optional.empty(), fuzz.searchAsAsked());
    assertTrue(fuzz.tried() > 0, "nothing was tried");
  }

  /** The kernels that the table would take after their self-check are the ones that the suite is run on. */
  @Test
  @DisabledIf(value = "isEmulated", disabledReason = EMULATED)
  void everyKernelPassesItsSelfCheck() {
    KernelTable table = KernelTable.scalar().improvedBy(new VectorTier()).checked();
    assertEquals(KERNELS.name(), table.describe());
    assertEquals(List.of(), table.notes());
  }
}
