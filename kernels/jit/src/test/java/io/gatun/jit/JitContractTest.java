package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.conformance.Check;
import io.gatun.conformance.Fuzz;
import io.gatun.conformance.GuardPages;
import io.gatun.conformance.Jvm;
import io.gatun.conformance.KernelContract;
import io.gatun.conformance.Kernels;
import io.gatun.cpu.CpuBackend;
import io.gatun.cpu.KernelTable;
import io.gatun.cpu.KernelTier;
import io.gatun.device.Hardware;
import io.gatun.device.Verdict;
import io.gatun.program.JitKernels;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels in machine code keep the contract, in each form that the computer can run; what it cannot is reported as skipped,
 * with the reason.
 */
class JitContractTest {

  private static List<JitKernels> forms() {
    return List.of(new JitKernels.Avx2(), new JitKernels.AvxVnni(), new JitKernels.Avx512(), new JitKernels.Avx512Bf16());
  }

  /** Skips what this computer cannot run. */
  private static void assumeUsable(JitKernels form) {
    if (form.tier().verdict(Hardware.detect()) instanceof Verdict.Refused refused) {
      Assumptions.abort("%s is not tested here: %s".formatted(form.tier().name(), refused.reason()));
    }
  }

  @TestFactory
  Stream<DynamicNode> kernelsKeepTheContract() {
    return forms().stream()
        .map(
            form ->
                form.tier().verdict(Hardware.detect()) instanceof Verdict.Usable
                    ? dynamicContainer(
                        form.tier().name(),
                        KernelContract.of(form.get()).checks().map(check -> dynamicTest(check.name(), check::verify)))
                    : dynamicTest(form.tier().name(), () -> assumeUsable(form)));
  }

  private static List<JitKernels> formsOfIntegers() {
    return List.of(new JitKernels.Avx2(), new JitKernels.AvxVnni(), new JitKernels.Avx512());
  }

  /** The contract checks what kernels there are: these must be there. Nothing is executed. */
  @ParameterizedTest
  @MethodSource("formsOfIntegers")
  void matricesInPlanesHaveKernels(JitKernels form) {
    KernelTier tier = form.tier();
    var kernels =
        new Kernels(
            tier.name(),
            _ -> Optional.empty(),
            _ -> Optional.empty(),
            tier::q8OfPlanes,
            _ -> Optional.empty(),
            Optional.empty(),
            false);
    List<String> checked = KernelContract.of(kernels).checks().map(Check::name).toList();
    Stream.of(
            Stream.of("gptq4-v1", "gptq4-v2", "gptq2-sym", "gptq3-sym", "gptq8-v1", "awq", "exl2-4", "exl2-mixed"),
            Stream.of("ct4", "ct4-zeros", "ct8", "ct8-zeros", "w8", "w8-tensor", "llm-int8", "awq-gemv"),
            Stream.of("nf4", "nf4-16", "nf4-nested", "bnb-fp4", "levels96", "mxfp4", "nvfp4-over", "nvfp4-times"),
            Stream.of("gptq2-table", "gptq3-table-zeros", "gptq4-table", "gptq4-table-zeros", "gptq8-table", "gptq8-table-zeros"))
        .flatMap(kinds -> kinds)
        .forEach(kind -> assertTrue(checked.contains(tier.name() + " " + kind + " q8"), kind));
  }

  /** The same of what all forms have from AVX2. */
  @Test
  void bytesAndFloatsInPlanesHaveKernels() {
    var form = new JitKernels.Avx2();
    assumeUsable(form);
    List<String> checked = KernelContract.of(form.get()).checks().map(Check::name).toList();
    assertTrue(form.tier().byteDots().isPresent());
    for (String kind : List.of("nf4", "bnb-fp4", "fp8-channel", "fp8-block", "fp8-e5m2", "mxfp8", "exl3-4")) {
      assertTrue(checked.contains("jit " + kind + " f32"), kind);
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  @Timeout(300)
  void nothingIsTouchedBeyondTheOperands(JitKernels form) throws Exception {
    assumeUsable(form);
    List<String> flags = List.of("--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector");
    var pages =
        new GuardPages(Jvm.of(KernelContract.class, CpuBackend.class, JitTier.class), form.getClass(), flags, 20);
    assertEquals(Optional.empty(), pages.fault());
  }

  @ParameterizedTest
  @MethodSource("forms")
  void randomProductsAreRight(JitKernels form) {
    assumeUsable(form);
    var fuzz = new Fuzz(form.get());
    assertEquals(Optional.empty(), fuzz.searchAsAsked());
    assertTrue(fuzz.tried() > 0, "nothing was tried");
  }

  /** The kernels that the table would take after their self-check are the ones that the suite is run on. */
  @ParameterizedTest
  @MethodSource("forms")
  void everyKernelPassesItsSelfCheck(JitKernels form) {
    assumeUsable(form);
    boolean rounds = form.get().roundToBf16();
    KernelTable tables = KernelTable.scalar().improvedBy(form.tier());
    KernelTable table = (rounds ? tables.roundingToBf16() : tables).checked();
    String expected = rounds ? "rest=scalar fast-float=f16,bf16" : "rest=" + form.tier().name();
    assertTrue(table.describe().endsWith(expected), table.describe());
    assertEquals(List.of(), table.notes());
  }
}
