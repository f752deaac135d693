package io.gatun.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.conformance.Operands;
import io.gatun.device.ActivationFunction;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Hardware;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.KernelCap;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.OpaqueEncoding;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KernelTableTest {
  private static final Hardware HARDWARE = new Hardware("test", Set.of(), 2, 0);
  private static final MatmulKernel<QuantizedRows> GOOD = (p, from, to, s) -> ScalarKernels.q8Matmul().run(p, from, to, s);
  private static final MatmulKernel<HostBuffer> GOOD_FLOATS =
      (p, from, to, s) -> ScalarKernels.floatMatmul().run(p, from, to, s);

  /** Scalar results, with one output changed afterwards. */
  private static <X> MatmulKernel<X> spoiled(MatmulKernel<X> kernel, float factor) {
    return (p, from, to, s) -> {
      kernel.run(p, from, to, s);
      long index = p.firstOut() * p.out().cols() + to - 1;
      float value = p.out().segment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
      p.out().segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value * factor);
    };
  }

  /** Scalar results, each rounded once more. */
  private static <X> MatmulKernel<X> rounding(MatmulKernel<X> kernel) {
    return (p, from, to, s) -> {
      kernel.run(p, from, to, s);
      for (long token = p.firstOut(); token < p.firstOut() + p.count(); token++) {
        long row = token * p.out().cols();
        ScalarKernels.INSTANCE.scale(p.out(), Math.nextUp(1f), row + from, row + to);
      }
    };
  }

  @Test
  void scalarIsWhatRemainsWithoutTiers() {
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of()).checked();
    assertEquals("scalar", table.describe());
    assertEquals(KernelCap.SCALAR, table.level());
    assertEquals(List.of(), table.notes());
  }

  @Test
  void theStrongestKernelOfEachEncodingWins() {
    var weak = FakeTier.usable("vector256", KernelCap.VECTOR, 1, Map.of(Encodings.Q4_0, GOOD, Encodings.Q8_0, GOOD));
    MatmulKernel<QuantizedRows> better = (p, from, to, s) -> GOOD.run(p, from, to, s);
    var strong =
        FakeTier.usable("jit", KernelCap.JIT, 0, Map.of(Encodings.Q8_0, better))
            .withFloats(Map.of(Encodings.F16, GOOD_FLOATS, Encodings.Q8_0, GOOD_FLOATS));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(strong, weak)).checked();
    assertEquals("f16,q8_0,q8_0/f32=jit q4_0=vector256 rest=scalar", table.describe());
    assertSame(better, table.q8Matmul(Encodings.Q8_0));
    assertSame(GOOD, table.q8Matmul(Encodings.Q4_0));
    assertEquals(KernelCap.JIT, table.level());
    assertEquals(List.of(), table.notes());
  }

  @Test
  void aBetterTierIsWhatTheDeviceRuns() {
    var calls = new AtomicLong();
    MatmulKernel<QuantizedRows> counting =
        (p, from, to, s) -> {
          calls.incrementAndGet();
          GOOD.run(p, from, to, s);
        };
    var tier = FakeTier.usable("vector512", KernelCap.VECTOR, 1, Map.of(Encodings.Q4_0, counting));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.VECTOR, List.of(tier)).checked();
    try (Device device = new CpuDevice(2, table, ActivationPrecision.Q8)) {
      assertEquals("cpu q4_0=vector512 rest=scalar activations=q8 threads=2", device.describe());
      long before = calls.get();
      Buffer out = device.buffer(1, 8);
      device.matmul(
          device.buffer(1, 32), device.load(Operands.weights(Encodings.Q4_0, 1, 8, 32, new Random(1))), out);
      assertTrue(calls.get() > before);
      assertArrayEquals(new float[8], Operands.all(device, out));
    }
  }

  @Test
  void aKernelThatIsOffByOneBitIsRejected() {
    var tier =
        FakeTier.usable(
            "vector512",
            KernelCap.VECTOR,
            1,
            Map.of(Encodings.Q4_0, spoiled(GOOD, Math.nextUp(1f)), Encodings.Q6_K, GOOD));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier)).checked();
    assertEquals("q6_k=vector512 rest=scalar", table.describe());
    assertEquals(1, table.notes().size());
    String note = table.notes().getFirst();
    assertTrue(note.startsWith("vector512 q4_0 q8 not used: its self-check differs at [1, 36]: "), note);
  }

  @Test
  void aFloatKernelMayRoundButNotErr() {
    var tier =
        FakeTier.usable("vector512", KernelCap.VECTOR, 1, Map.of())
            .withFloats(
                Map.of(
                    Encodings.F16, rounding(GOOD_FLOATS),
                    Encodings.F32, spoiled(GOOD_FLOATS, 1.01f),
                    Encodings.BF16, spoiled(GOOD_FLOATS, Float.NaN)));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier)).checked();
    assertEquals("f16=vector512 rest=scalar", table.describe());
    assertEquals(2, table.notes().size(), table.notes().toString());
  }

  /**
   * Writes a row that was not asked for; skips the last one; throws; computes the wrong expert or activations; computes with
   * the byte after the matrix: all must be noticed.
   */
  @Test
  void brokenKernelsAreRejectedWithAReason() {
    MatmulKernel<QuantizedRows> greedy = (p, from, to, s) -> GOOD.run(p, 0, p.w().rows(), s);
    MatmulKernel<QuantizedRows> throwing =
        (_, _, _, _) -> {
          throw new UnsupportedOperationException("no such instruction");
        };
    MatmulKernel<QuantizedRows> firstExpert =
        (p, from, to, s) ->
            GOOD.run(new Product<>(p.x(), p.firstX(), p.w(), 0, p.out(), p.firstOut(), p.count()), from, to, s);
    MatmulKernel<QuantizedRows> firstRow =
        (p, from, to, s) ->
            GOOD.run(new Product<>(p.x(), 0, p.w(), p.expert(), p.out(), p.firstOut(), p.count()), from, to, s);
    MatmulKernel<QuantizedRows> lazy =
        (p, from, to, s) -> GOOD.run(p, from, to == p.w().rows() ? to - 1 : to, s);
    MatmulKernel<QuantizedRows> overreading =
        (p, from, to, s) -> {
          GOOD.run(p, from, to, s);
          addByteAfter(p);
        };
    var tier =
        FakeTier.usable(
            "bad",
            KernelCap.VECTOR,
            1,
            Map.of(
                Encodings.Q4_0, greedy,
                Encodings.Q4_1, throwing,
                Encodings.Q5_0, firstExpert,
                Encodings.Q5_1, firstRow,
                Encodings.Q8_0, lazy,
                Encodings.Q2_K, overreading));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier)).checked();
    assertEquals("scalar", table.describe());
    assertEquals(6, table.notes().size(), table.notes().toString());
    assertTrue(
        table.notes().contains(
            "bad q4_1 q8 not used: its self-check threw java.lang.UnsupportedOperationException: no such instruction"),
        table.notes().toString());
  }

  @SuppressWarnings("restricted")
  private static void addByteAfter(Product<QuantizedRows> p) {
    MemorySegment bytes = p.w().bytes();
    byte after = MemorySegment.ofAddress(bytes.address() + bytes.byteSize()).reinterpret(1).get(ValueLayout.JAVA_BYTE, 0);
    long last = (p.firstOut() + p.count()) * p.out().cols() - 1;
    float value = p.out().segment().getAtIndex(ValueLayout.JAVA_FLOAT, last);
    p.out().segment().setAtIndex(ValueLayout.JAVA_FLOAT, last, value + after);
  }

  /** A float kernel may choose its order of summation once, not by the batch or the range. */
  @Test
  void aFloatKernelWhoseBitsDependOnTheGroupingIsRejected() {
    MatmulKernel<HostBuffer> byBatch =
        (p, from, to, s) -> (p.count() > 1 ? spoiled(GOOD_FLOATS, Math.nextUp(1f)) : GOOD_FLOATS).run(p, from, to, s);
    MatmulKernel<HostBuffer> byRange =
        (p, from, to, s) -> (from > 0 ? spoiled(GOOD_FLOATS, Math.nextUp(1f)) : GOOD_FLOATS).run(p, from, to, s);
    var tier =
        FakeTier.usable("moody", KernelCap.VECTOR, 1, Map.of())
            .withFloats(Map.of(Encodings.F16, byBatch, Encodings.F32, byRange));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier)).checked();
    assertEquals("scalar", table.describe());
    for (String note : table.notes()) {
      assertTrue(note.contains("depend on how rows are grouped"), note);
    }
  }

  /** Scalar, but for one operation that a test breaks. */
  private record BrokenRows(String broken) implements RowKernels {
    private static final RowKernels SCALAR = ScalarKernels.INSTANCE;

    private float factor(String operation) {
      return broken.equals(operation) ? 1.001f : 1;
    }

    @Override
    public void quantize(HostBuffer x, QuantizedRows target, long from, long to, Scratch scratch) {
      SCALAR.quantize(x, target, from, to, scratch);
      if (broken.equals("quantize")) {
        byte code = target.codes().get(ValueLayout.JAVA_BYTE, 3);
        target.codes().set(ValueLayout.JAVA_BYTE, 3, (byte) (code ^ 1));
      }
    }

    @Override
    public void rmsNorm(HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
      SCALAR.rmsNorm(x, gain, eps, out, from, to);
      SCALAR.scale(out, factor("rmsNorm"), from * x.cols(), from * x.cols() + 1);
    }

    @Override
    public void layerNorm(HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
      SCALAR.layerNorm(x, length, gain, eps, out, from, to);
      SCALAR.scale(out, factor("layerNorm"), from * x.cols(), from * x.cols() + 1);
    }

    @Override
    public void rope(HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch) {
      SCALAR.rope(x, positions, spec, from, to, scratch);
      SCALAR.scale(x, factor("rope"), from * x.cols(), from * x.cols() + 1);
    }

    @Override
    public void gate(HostBuffer gate, HostBuffer up, ActivationFunction f, long from, long to) {
      SCALAR.gate(gate, up, f, from, to);
      SCALAR.scale(gate, factor("gate"), from, to);
    }

    @Override
    public void activate(HostBuffer x, ActivationFunction f, long from, long to) {
      SCALAR.activate(x, f, from, to);
      SCALAR.scale(x, factor("activate"), from, to);
    }

    @Override
    public void softcap(HostBuffer x, float cap, long from, long to) {
      SCALAR.softcap(x, cap, from, to);
      SCALAR.scale(x, factor("softcap"), from, to);
    }

    @Override
    public void add(HostBuffer x, HostBuffer y, long from, long to) {
      SCALAR.add(x, y, from, to);
      SCALAR.scale(x, factor("add"), from, to);
    }

    @Override
    public void scale(HostBuffer x, float by, long from, long to) {
      SCALAR.scale(x, by * factor("scale"), from, to);
    }

    @Override
    public void append(
        HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows, long from, long to, Scratch scratch) {
      SCALAR.append(pool, layer, k, v, rows, from, to, scratch);
      if (broken.equals("append")) {
        pool.page(rows.pages()[0][0]).set(ValueLayout.JAVA_SHORT, pool.values(layer).offset(0), (short) 1);
      }
    }

    @Override
    public void attention(AttentionCall call, long from, long to, Scratch scratch) {
      SCALAR.attention(call, from, to, scratch);
      SCALAR.scale(call.out(), factor("attention"), from, to);
    }

    @Override
    public void convolve(ConvolveCall call, long from, long to, Scratch scratch) {
      SCALAR.convolve(call, from, to, scratch);
      SCALAR.scale(call.out(), factor("convolve"), from, to);
    }

    @Override
    public void deltaNet(DeltaNetCall call, long from, long to, Scratch scratch) {
      SCALAR.deltaNet(call, from, to, scratch);
      SCALAR.scale(call.out(), factor("deltaNet"), from, to);
    }

    @Override
    public void linearAttention(LinearAttentionCall call, long from, long to, Scratch scratch) {
      SCALAR.linearAttention(call, from, to, scratch);
      SCALAR.scale(call.out(), factor("linearAttention"), from, to);
    }

    @Override
    public void stateSpace(StateSpaceCall call, long from, long to, Scratch scratch) {
      SCALAR.stateSpace(call, from, to, scratch);
      SCALAR.scale(call.out(), factor("stateSpace"), from, to);
    }
  }

  @Test
  void everyRowKernelIsChecked() {
    var operations =
        List.of(
            "quantize",
            "rmsNorm",
            "layerNorm",
            "rope",
            "gate",
            "activate",
            "softcap",
            "add",
            "scale");
    for (String broken : operations) {
      KernelTable table = rowy(broken).checked();
      assertEquals("states,cache/f32,cache/f16,cache/q8_0=rowy rest=scalar", table.describe(), broken);
      assertSame(ScalarKernels.INSTANCE, table.rows());
      assertTrue(table.notes().getFirst().startsWith("rowy rows not used: " + broken), table.notes().toString());
    }
    for (String broken : List.of("convolve", "deltaNet", "linearAttention", "stateSpace")) {
      KernelTable table = rowy(broken).checked();
      assertEquals("rows,cache/f32,cache/f16,cache/q8_0=rowy rest=scalar", table.describe(), broken);
      assertSame(ScalarKernels.INSTANCE, table.states());
      assertTrue(table.notes().getFirst().startsWith("rowy states not used: " + broken), table.notes().toString());
    }
    for (String broken : List.of("append", "attention")) {
      KernelTable table = rowy(broken).checked();
      assertEquals("rows,states=rowy rest=scalar", table.describe());
      for (KvType type : KvType.values()) {
        assertSame(ScalarKernels.INSTANCE, table.cache(type, type));
        String fault = "rowy cache/%s not used: %s".formatted(type.id(), broken);
        assertTrue(table.notes().stream().anyMatch(note -> note.startsWith(fault)), table.notes().toString());
      }
    }
    KernelTable table = rowy("").checked();
    assertEquals("rows,states,cache/f32,cache/f16,cache/q8_0=rowy rest=scalar", table.describe());
    assertSame(table.rows(), table.cache(KvType.F16, KvType.Q8_0));
    assertEquals(KernelCap.VECTOR, table.level());
  }

  private static KernelTable rowy(String broken) {
    var tier = FakeTier.usable("rowy", KernelCap.VECTOR, 1, Map.of()).withRows(new BrokenRows(broken));
    return KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier));
  }

  /** What is not asked for is not checked: a computation by a kernel that nobody needs is time that a start waits for. */
  @Test
  void onlyWhatIsNeededIsChecked() {
    var calls = new AtomicLong();
    MatmulKernel<QuantizedRows> counting =
        (p, from, to, s) -> {
          calls.incrementAndGet();
          GOOD.run(p, from, to, s);
        };
    var tier =
        FakeTier.usable("rowy", KernelCap.VECTOR, 1, Map.of(Encodings.Q4_0, counting))
            .withRows(new BrokenRows("attention"));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.AUTO, List.of(tier));
    try (Device device = new CpuDevice(1, table, ActivationPrecision.Q8)) {
      assertEquals(
          "cpu q4_0,rows,states,cache/f32,cache/f16,cache/q8_0=rowy rest=scalar activations=q8 threads=1", device.describe());
      assertTrue(table.reaches(KernelCap.VECTOR));
      device.kvPool(new KvLayout(List.of(new KvLayout.Layer(1, 8, 8)), KvType.F16, KvType.F16));
      assertEquals(List.of(), table.notes().stream().filter(note -> !note.contains("cache/f16")).toList());
      assertEquals(0, calls.get());
      device.load(Operands.weights(Encodings.Q4_0, 1, 8, 32, new Random(1)));
      assertTrue(calls.get() > 0);
    }
  }

  @Test
  void refusedAndCappedTiersAreReported() {
    var refusing = FakeTier.refusing("vector512", KernelCap.VECTOR, "no avx512");
    var jit = FakeTier.usable("jit", KernelCap.JIT, 1, Map.of(Encodings.Q4_0, GOOD));
    KernelTable table = KernelTable.choose(HARDWARE, KernelCap.VECTOR, List.of(jit, refusing)).checked();
    assertEquals("scalar", table.describe());
    assertEquals(
        List.of("vector512 not used: no avx512", "jit not used: kernels are capped at vector"), table.notes());
  }

  /** Fails where no ordinary random block can be found, too. */
  @Test
  void everyEncodingHasASelfCheckThatScalarPasses() {
    Encodings.all().stream()
        .filter(encoding -> !(encoding instanceof OpaqueEncoding))
        .forEach(
            encoding -> {
              assertEquals(Optional.empty(), SelfCheck.floats(encoding, GOOD_FLOATS), encoding.id());
              if (encoding instanceof QuantizedEncoding) {
                assertEquals(Optional.empty(), SelfCheck.q8(encoding, GOOD), encoding.id());
              }
            });
  }
}
