package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.conformance.Fuzz;
import io.gatun.conformance.GuardPages;
import io.gatun.conformance.Jvm;
import io.gatun.conformance.KernelContract;
import io.gatun.conformance.Kernels;
import io.gatun.cpu.CpuBackend;
import io.gatun.cpu.KernelTable;
import io.gatun.device.Hardware;
import io.gatun.device.Verdict;
import io.gatun.program.JitKernels;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** The kernels in machine code keep the contract, where the computer can run them. */
@EnabledIf(value = "runsHere", disabledReason = "this computer does not run the machine code: Linux on x86-64 with AVX2 does")
class JitContractTest {
  private static final Kernels KERNELS = new JitKernels().get();

  static boolean runsHere() {
    return new JitTier().verdict(Hardware.detect()) instanceof Verdict.Usable;
  }

  @TestFactory
  Stream<DynamicTest> kernelsKeepTheContract() {
    return KernelContract.of(KERNELS).checks().map(check -> dynamicTest(check.name(), check::verify));
  }

  @Test
  @Timeout(120)
  void nothingIsTouchedBeyondTheOperands() throws Exception {
    List<String> flags = List.of("--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector");
    var pages =
        new GuardPages(Jvm.of(KernelContract.class, CpuBackend.class, JitTier.class), JitKernels.class, flags, 20);
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
    KernelTable table = KernelTable.scalar().improvedBy(new JitTier()).checked();
    assertEquals("f64,i8,i16,i32,i64,q8_k,quantized/f32=scalar rest=jit", table.describe());
    assertEquals(List.of(), table.notes());
  }
}
