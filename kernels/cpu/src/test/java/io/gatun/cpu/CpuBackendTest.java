package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.Backend;
import io.gatun.device.Device;
import io.gatun.device.DeviceException;
import io.gatun.device.DeviceOptions;
import io.gatun.device.Hardware;
import io.gatun.device.KernelCap;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Verdict;
import io.gatun.tensors.Encodings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it sets properties of the JVM")
class CpuBackendTest {
  private static final Hardware HARDWARE = new Hardware("test", Set.of(), 2, 0);

  private static final KernelTier VECTOR =
      FakeTier.usable("vector512", KernelCap.VECTOR, 1, Map.of(Encodings.Q4_0, ScalarKernels.q8Matmul()));

  @AfterEach
  void clear() {
    System.clearProperty("gatun.require");
    System.clearProperty("gatun.kernels");
  }

  private static DeviceOptions options(KernelCap cap) {
    return new DeviceOptions(0, cap, ActivationPrecision.Q8);
  }

  private static String open(KernelCap cap, KernelTier... tiers) {
    try (Device device = new CpuBackend(List.of(tiers)).open(HARDWARE, options(cap))) {
      return device.describe();
    }
  }

  private static String refusal(KernelCap cap, KernelTier... tiers) {
    return String.valueOf(assertThrows(DeviceException.class, () -> open(cap, tiers)).getMessage());
  }

  @Test
  void isFoundAsAService() {
    Backend backend = Backend.named("cpu");
    assertInstanceOf(CpuBackend.class, backend);
    assertEquals(new Verdict.Usable(), backend.verdict(HARDWARE));
    try (Device device = backend.open(Hardware.detect(), DeviceOptions.defaults())) {
      assertTrue(device.describe().startsWith("cpu "), device.describe());
    }
  }

  @Test
  void autoTakesTheBest() {
    assertEquals("cpu scalar activations=q8 threads=2", open(KernelCap.AUTO));
    assertEquals("cpu q4_0=vector512 rest=scalar activations=q8 threads=2", open(KernelCap.AUTO, VECTOR));
    assertEquals("cpu scalar activations=q8 threads=2", open(KernelCap.SCALAR, VECTOR));
    assertEquals("cpu q4_0=vector512 rest=scalar activations=q8 threads=2", open(KernelCap.VECTOR, VECTOR));
  }

  @Test
  void askingForATierThatIsMissingOrRefusesSaysWhy() {
    assertEquals(
        "kernels vector asked for: found kernels scalar, no vector tier is installed; ask for kernels auto or scalar",
        refusal(KernelCap.VECTOR));
    assertEquals(
        "kernels jit asked for: found kernels q4_0=vector512 rest=scalar, no jit tier is installed; ask for kernels auto or scalar",
        refusal(KernelCap.JIT, VECTOR));
    assertEquals(
        "kernels vector asked for: found kernels scalar, vector512 not used: no avx512; ask for kernels auto or scalar",
        refusal(KernelCap.VECTOR, FakeTier.refusing("vector512", KernelCap.VECTOR, "no avx512")));
  }

  @Test
  void requireMakesAWeakerResultAnError() {
    System.setProperty("gatun.require", "vector");
    assertTrue(refusal(KernelCap.AUTO).startsWith("-Dgatun.require=vector: found kernels scalar"));
    assertTrue(refusal(KernelCap.SCALAR, VECTOR).contains("vector512 not used: kernels are capped at scalar"));
    assertEquals("cpu q4_0=vector512 rest=scalar activations=q8 threads=2", open(KernelCap.AUTO, VECTOR));
    System.setProperty("gatun.require", "jit");
    assertTrue(refusal(KernelCap.AUTO, VECTOR).startsWith("-Dgatun.require=jit: "));
    System.setProperty("gatun.require", "scalar");
    assertEquals("cpu scalar activations=q8 threads=2", open(KernelCap.AUTO));
    System.setProperty("gatun.require", "fastest");
    assertThrows(IllegalArgumentException.class, () -> open(KernelCap.AUTO));
  }

  @Test
  void unknownKernelsAreAnError() {
    System.setProperty("gatun.kernels", "turbo");
    var thrown = assertThrows(IllegalArgumentException.class, DeviceOptions::defaults);
    assertEquals("kernels 'turbo': expected auto|scalar|vector|jit", thrown.getMessage());
  }

  @Test
  void theReportHasTheTableAndTheReasons() {
    var backend = new CpuBackend(List.of(VECTOR, FakeTier.refusing("jit", KernelCap.JIT, "no exec memory")));
    assertEquals(
        List.of(
            "kernels: q4_0=vector512 rest=scalar",
            "rounded to bf16 with fast-float: none",
            "jit not used: no exec memory"),
        backend.report(HARDWARE, options(KernelCap.AUTO)));
  }

  private static String openFast(ActivationPrecision precision, KernelTier... tiers) {
    var options = new DeviceOptions(0, KernelCap.AUTO, precision, true);
    try (Device device = new CpuBackend(List.of(tiers)).open(HARDWARE, options)) {
      return device.describe();
    }
  }

  @Test
  void floatsAreRoundedToBf16WhereThatIsAskedForAndATierCan() {
    KernelTier rounding =
        FakeTier.usable("jit-bf16", KernelCap.JIT, 0, Map.of())
            .withBf16(Map.of(Encodings.BF16, ScalarKernels.bf16Matmul()));
    assertEquals("cpu scalar activations=q8 threads=2", open(KernelCap.AUTO, rounding));
    assertEquals(
        "cpu bf16=jit-bf16 rest=scalar fast-float=bf16 activations=q8 threads=2",
        openFast(ActivationPrecision.Q8, rounding));
    assertEquals("cpu scalar fast-float=none activations=q8 threads=2", openFast(ActivationPrecision.Q8));
    assertEquals("cpu scalar activations=f32 threads=2", openFast(ActivationPrecision.F32, rounding));
    assertTrue(
        new CpuBackend(List.of(rounding))
            .report(HARDWARE, options(KernelCap.AUTO))
            .contains("rounded to bf16 with fast-float: bf16"));
  }

  /** Products of the operands as they are differ by about 1e-5 in the mean square. */
  @Test
  void aKernelThatRoundsOtherwiseIsRejected() {
    KernelTier exact =
        FakeTier.usable("jit-bf16", KernelCap.JIT, 0, Map.of())
            .withBf16(Map.of(Encodings.F16, ScalarKernels.floatMatmul()));
    assertEquals(
        "cpu scalar fast-float=none activations=q8 threads=2", openFast(ActivationPrecision.Q8, exact));
  }
}
