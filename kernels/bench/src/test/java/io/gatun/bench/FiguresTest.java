package io.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.KvType;
import io.gatun.device.ReferenceDevice;
import io.gatun.tensors.Encodings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The arithmetic of the benchmarks: costs, shares, and that the loops compute what they say. */
class FiguresTest {
  private static final Peaks PEAKS = new Peaks(100e9, 150e9, 40e9);

  @Test
  void aProductCostsItsSizesAndReadsItsWeights() {
    try (var workloads = new Workloads(new ReferenceDevice(ActivationPrecision.Q8), ActivationPrecision.Q8)) {
      Workload product = workloads.matmul(Encodings.Q4_0, 3, 5, 64);
      assertEquals(3 * 5 * 64, product.macs());
      assertEquals(5 * 64 / 32 * 18, product.bytes());
      assertEquals(Workload.Arithmetic.INTEGERS, product.arithmetic());
      assertEquals("q4_0 q8, 3 × [5, 64]", product.name());
      assertEquals(Workload.Arithmetic.FLOATS, workloads.matmul(Encodings.F16, 1, 2, 3).arithmetic());
      product.body().run();
    }
  }

  /** Three tokens at positions 7, 8 and 9 meet 8 + 9 + 10 keys; a page of 8 heads of 128 f16 keys and values is 262144 bytes. */
  @Test
  void anAttentionCostsItsKeys() {
    try (var workloads = new Workloads(new ReferenceDevice(ActivationPrecision.Q8), ActivationPrecision.Q8)) {
      Workload attention = workloads.attention(KvType.F16, 3, 10);
      assertEquals(27L * 32 * 256, attention.macs());
      assertEquals(10L * 8 * 128 * 2 * 2, attention.bytes());
      attention.body().run();
      Workload norm = workloads.norm(2, 30);
      assertEquals(2 * 4 * 60, norm.bytes());
      norm.body().run();
    }
  }

  @Test
  void decodeMatricesAreLargerThanCaches() {
    for (var encoding : List.of(Encodings.Q4_0, Encodings.F32)) {
      long bytes = Workloads.decodeRows(encoding) * encoding.bytes(Workloads.DECODE_COLS);
      assertTrue(bytes > 127L << 20 && bytes <= 128L << 20, encoding.id());
    }
  }

  @Test
  void sharesAreOfThePeakOfTheArithmetic() {
    var product = new Workload("product", Workload.Arithmetic.INTEGERS, 75_000_000_000L, 10_000_000_000L, () -> {});
    var figures = new Figures(product, 0.5, PEAKS, "vector256");
    assertEquals(150e9, figures.macsPerSecond());
    assertEquals(1.0, figures.shareOfMacs());
    assertEquals(0.5, figures.shareOfBytes());
    assertEquals(
        "product                               500.000    150.0     100%    20.00      50%  vector256", figures.line());
    var floats = new Workload("product", Workload.Arithmetic.FLOATS, 75_000_000_000L, 1, () -> {});
    assertEquals(1.5, new Figures(floats, 0.5, PEAKS, "vector256").shareOfMacs());
    assertEquals(Figures.HEADER.length() - "tier".length(), figures.line().indexOf("vector256"));
  }

  /** {@code s → 3 s + 5} from the starts 5 to 14, twice, in 16 bits; sums of floats likewise. */
  @Test
  void theLoopsOfThePeaksComputeWhatTheySay() {
    int lanes = Math.toIntExact(PeakLoops.shortMacs(1) / PeakLoops.SUMS);
    int expected = 0;
    for (int start = 5; start < 15; start++) {
      expected += lanes * (3 * (3 * start + 5) + 5);
    }
    assertEquals((short) expected, PeakLoops.shorts(2, (short) 3, (short) 5));
    int floats = Math.toIntExact(PeakLoops.floatMacs(1) / PeakLoops.SUMS);
    assertEquals(lanes, 2 * floats);
    assertEquals(expected / 2f, PeakLoops.floats(2, 3, 5));
    var numbers = new long[512];
    Arrays.setAll(numbers, i -> i);
    assertEquals(512 * 511 / 2, PeakLoops.read(MemorySegment.ofArray(numbers)));
  }

  @Test
  void aStopwatchWarmsUpAndTakesTheMedian() {
    var runs = new AtomicLong();
    double seconds = new Stopwatch(Duration.ZERO).seconds(runs::incrementAndGet);
    assertEquals(6, runs.get());
    assertTrue(seconds >= 0 && seconds < 1, "%s s".formatted(seconds));
  }

  @Test
  void anUnknownTierIsAnError() {
    var errors = new StringWriter();
    String[] arguments = {"--seconds", "0", "-t", "1", "--kernels", "turbo"};
    int status = new CommandLine(new KernelBench()).setErr(new PrintWriter(errors)).execute(arguments);
    assertEquals(1, status);
    assertTrue(errors.toString().contains("kernels 'turbo': expected auto|scalar|vector|jit"), errors.toString());
  }
}
