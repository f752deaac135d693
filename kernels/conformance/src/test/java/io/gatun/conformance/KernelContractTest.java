package io.gatun.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.device.HostMemory;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The scalar kernels pass; each of those that are broken on purpose does not. */
class KernelContractTest {

  private static final Kernels SCALAR =
      new Kernels(
          "scalar",
          _ -> Optional.of(ScalarKernels.q8Matmul()),
          _ -> Optional.of(ScalarKernels.floatMatmul()),
          Optional.of(ScalarKernels.INSTANCE));

  private static final Broken.Fault OFF_BY_ONE_BIT =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
          kernel.run(product, from, to, scratch);
          Broken.spoil(product, product.count() - 1, Math.max(from, to - 1), Math.nextUp(1f));
        }
      };

  private static final Broken.Fault OFF_BY_A_THOUSANDTH =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
          kernel.run(product, from, to, scratch);
          for (long token = 0; token < product.count() && from < to; token++) {
            Broken.spoil(product, token, from, 1.001f);
          }
        }
      };

  private static final Broken.Fault SKIPS_THE_LAST_ROW =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
          kernel.run(product, from, to == product.w().rows() ? Math.max(from, to - 1) : to, scratch);
        }
      };

  private static final Broken.Fault WRITES_A_ROW_TOO_MANY =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
          kernel.run(product, from, Math.min(to + 1, product.w().rows()), scratch);
        }
      };

  /** Right for one row, and within any tolerance for more. */
  private static final Broken.Fault DEPENDS_ON_THE_BATCH =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> product, long from, long to, Scratch scratch) {
          kernel.run(product, from, to, scratch);
          for (long token = 0; token < product.count() && product.count() > 1 && from < to; token++) {
            Broken.spoil(product, token, to - 1, Math.nextUp(1f));
          }
        }
      };

  private static final Broken.Fault TAKES_THE_FIRST_EXPERT =
      new Broken.Fault() {
        @Override
        public <X> void run(MatmulKernel<X> kernel, Product<X> p, long from, long to, Scratch scratch) {
          var first = new Product<>(p.x(), p.firstX(), p.w(), 0, p.out(), p.firstOut(), p.count());
          kernel.run(first, from, to, scratch);
        }
      };

  @TestFactory
  Stream<DynamicTest> scalarKeepsTheContract() {
    return new KernelContract(SCALAR, HostMemory::new, 12).checks().map(check -> dynamicTest(check.name(), check::verify));
  }

  private static void assertRejected(String name, Broken.Fault fault, String... groups) {
    List<String> faults = KernelContract.of(Broken.with(name, fault)).faults();
    for (String group : groups) {
      assertTrue(faults.stream().anyMatch(line -> line.startsWith(name + " " + group + ": ")), group + ": " + faults);
    }
  }

  /** A float kernel may round its own way, but only in one way. */
  @Test
  void offByOneBitIsRejected() {
    assertRejected("off by one bit", OFF_BY_ONE_BIT, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void offByAThousandthIsRejected() {
    assertRejected("off by a thousandth", OFF_BY_A_THOUSANDTH, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void skippingTheLastRowIsRejected() {
    assertRejected("skips the last row", SKIPS_THE_LAST_ROW, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void writingARowTooManyIsRejected() {
    assertRejected("writes a row too many", WRITES_A_ROW_TOO_MANY, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void dependingOnTheBatchIsRejected() {
    assertRejected("depends on the batch", DEPENDS_ON_THE_BATCH, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void takingTheFirstExpertIsRejected() {
    assertRejected("takes the first expert", TAKES_THE_FIRST_EXPERT, "q4_0 q8", "q4_0 f32", "f32 f32");
  }

  @Test
  void everySavedReproducerIsACase() {
    List<ProductCase> saved = Reproducers.saved();
    List<String> names = KernelContract.of(SCALAR).checks().limit(saved.size()).map(Check::name).toList();
    assertEquals(saved.stream().map(ProductCase::toString).toList(), names);
  }

  /** The fuzzer finds the fault, makes it small, and what it saves fails again when it is read back. */
  @Test
  void aFindIsSmallAndCanBeReplayed(@TempDir Path folder) throws Exception {
    Kernels kernels = Broken.with("skips the last row", SKIPS_THE_LAST_ROW);
    Fuzz.Find find = new Fuzz(kernels).search(Duration.ofSeconds(20), 7).orElseThrow();
    assertEquals(1, find.smallest().rows(), find.toString());
    assertEquals(1, find.smallest().tokens(), find.toString());
    assertEquals(find.smallest().encoding().blockLength(), find.smallest().cols(), find.toString());
    Path file = folder.resolve("reproducers.txt");
    Reproducers.append(find.smallest(), file);
    ProductCase read = ProductCase.parse(Files.readString(file));
    assertEquals(find.smallest(), read);
    assertTrue(new Check("again", () -> ProductCheck.verify(read, kernels, HostMemory::new)).fault().isPresent());
  }

  @Test
  void theFuzzerFindsNothingInScalarKernels() {
    var fuzz = new Fuzz(SCALAR);
    assertEquals(Optional.empty(), fuzz.search(Duration.ofSeconds(1), 1));
    assertTrue(fuzz.tried() > 0); // how many depends on what else the computer does
  }

  @Test
  void casesAreTheSameEachTime() {
    var group = KernelContract.groups(SCALAR).findFirst().orElseThrow();
    assertEquals(group.cases(50).toList(), group.cases(50).toList());
    assertFalse(group.cases(50).distinct().count() < 50);
  }
}
