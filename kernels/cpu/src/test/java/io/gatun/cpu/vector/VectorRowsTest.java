package io.gatun.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.RowKernels;
import io.gatun.device.RowKernels.AttentionCall;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the scalar kernels: exact where the contract says so, else by a tight error; and the same however it is cut. */
class VectorRowsTest {
  private static final RowKernels SCALAR = ScalarKernels.INSTANCE;
  private static final RowKernels VECTOR = new VectorRows();

  /** Σ(vector − scalar)² / Σ scalar²: float rounding comes to 1e-14. */
  private static final double NMSE = 1e-12;

  private final HostMemory memory = new HostMemory();
  private final Random random = new Random(1);

  @AfterEach
  void free() {
    memory.close();
  }

  private HostBuffer gaussians(long rows, long cols) {
    HostBuffer buffer = memory.buffer(rows, cols);
    for (long i = 0; i < buffer.values(); i++) {
      put(buffer, i, (float) random.nextGaussian());
    }
    return buffer;
  }

  private HostBuffer copy(HostBuffer buffer) {
    HostBuffer copy = memory.buffer(buffer.rows(), buffer.cols());
    copy.segment().copyFrom(buffer.segment());
    return copy;
  }

  private static float at(HostBuffer buffer, long index) {
    return buffer.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  private static void put(HostBuffer buffer, long index, float value) {
    buffer.segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  private static void assertClose(HostBuffer expected, HostBuffer found, String what) {
    double error = 0;
    double power = 0;
    for (long i = 0; i < expected.values(); i++) {
      double difference = (double) at(found, i) - at(expected, i);
      error += difference * difference;
      power += (double) at(expected, i) * at(expected, i);
    }
    assertTrue(error <= NMSE * power, "%s: %s of %s".formatted(what, error, power));
  }

  private static void assertSame(HostBuffer expected, HostBuffer found, String what) {
    for (long i = 0; i < expected.values(); i++) {
      long index = i;
      assertEquals(
          Float.floatToIntBits(at(expected, i)), Float.floatToIntBits(at(found, i)), () -> what + " at " + index);
    }
  }

  private interface Ranged {
    void run(RowKernels kernels, HostBuffer target, long from, long to);
  }

  /** Scalar in one piece against vectors in one piece, in single items and in odd pieces. */
  private void check(String what, HostBuffer start, long items, boolean exact, Ranged operation) {
    HostBuffer expected = copy(start);
    operation.run(SCALAR, expected, 0, items);
    HostBuffer whole = copy(start);
    operation.run(VECTOR, whole, 0, items);
    if (exact) {
      assertSame(expected, whole, what);
    } else {
      assertClose(expected, whole, what);
    }
    for (int piece : new int[] {1, 3, 7, 40}) {
      HostBuffer cut = copy(start);
      for (long from = 0; from < items; from += piece) {
        operation.run(VECTOR, cut, from, Math.min(items, from + piece));
      }
      assertSame(whole, cut, what + " in pieces of " + piece);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 15, 16, 17, 63, 64, 100, 2048, 4096})
  void rmsNorm(int length) {
    HostBuffer gain = gaussians(1, length);
    HostBuffer x = gaussians(5, 2L * length);
    check("norm", memory.buffer(5, 2L * length), 5, false, (k, out, from, to) -> k.rmsNorm(x, gain, 1e-5f, out, from, to));
    check("norm in place", x, 5, false, (k, out, from, to) -> k.rmsNorm(out, gain, 1e-5f, out, from, to));
  }

  @ParameterizedTest
  @EnumSource(RopeSpec.Pairing.class)
  void rope(RopeSpec.Pairing pairing) {
    for (int pairs : new int[] {1, 3, 8, 16, 20, 32, 64}) {
      for (int rest : new int[] {0, 6}) {
        double[] frequencies = IntStream.range(0, pairs).mapToDouble(i -> Math.pow(1e4, -(double) i / pairs)).toArray();
        var spec = new RopeSpec(pairing, 2 * pairs + rest, frequencies, 1.25f);
        int[] positions = {0, 1, 2, 77, 4095, 131_071, 10_000_000, Integer.MAX_VALUE};
        HostBuffer x = gaussians(positions.length, 3L * spec.headDim());
        check(
            "rope of " + pairs,
            x,
            positions.length,
            false,
            (k, out, from, to) -> k.rope(out, positions, spec, from, to, new Scratch()));
      }
    }
  }

  @Test
  void gate() {
    HostBuffer x = gaussians(3, 341);
    HostBuffer up = gaussians(3, 341);
    float[] special = {0, -0f, 1e-30f, -1e-30f, 88, -87, 104, -110, 1e30f, -1e30f};
    for (int i = 0; i < special.length; i++) {
      put(x, 40 + i, special[i]);
    }
    check("gate", x, x.values(), false, (k, out, from, to) -> k.gate(out, up, ActivationFunction.SILU, from, to));
    HostBuffer odd = memory.buffer(1, 40);
    odd.segment().fill((byte) 0);
    put(odd, 0, Float.NaN);
    put(odd, 1, Float.NEGATIVE_INFINITY);
    put(odd, 2, Float.POSITIVE_INFINITY);
    HostBuffer ones = memory.buffer(1, 40);
    VECTOR.add(ones, gaussians(1, 40), 0, 40);
    check("gate", odd, 40, true, (k, out, from, to) -> k.gate(out, ones, ActivationFunction.SILU, from, to));
  }

  @Test
  void addAndScale() {
    for (int cols : new int[] {1, 5, 16, 33, 100}) {
      HostBuffer x = gaussians(7, cols);
      HostBuffer y = gaussians(7, cols);
      check("add", x, x.values(), true, (k, out, from, to) -> k.add(out, y, from, to));
      check("add a row", x, x.values(), true, (k, out, from, to) -> k.add(out, y.first(1), from, to));
      check("scale", x, x.values(), true, (k, out, from, to) -> k.scale(out, 0.3f, from, to));
    }
  }

  private static void fill(HostBuffer x, long from, long to, float value) {
    for (long i = from; i < to; i++) {
      put(x, i, value);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 31, 32, 33, 64, 80, 96, 1000, 2048})
  void quantizeEqualsScalar(int cols) {
    HostBuffer x = gaussians(12, cols);
    fill(x, 0, cols, 0);
    fill(x, cols, 2L * cols, 1e-42f);
    fill(x, 2L * cols, 3L * cols, Float.MAX_VALUE);
    put(x, 3L * cols + cols / 2, Float.NaN);
    put(x, 4L * cols + cols - 1, Float.NEGATIVE_INFINITY);
    put(x, 5L * cols, 1e-37f);
    fill(x, 5L * cols, 6L * cols, -2.5e-37f);
    for (int i = 0; i < cols; i++) {
      put(x, 6L * cols + i, (i % 255 - 127) * 0.5f); // codes half-way between integers
      put(x, 7L * cols + i, i % 2 == 0 ? -127 : 0.49999997f);
    }
    var expected = new QuantizedRows(memory);
    var found = new QuantizedRows(memory);
    for (QuantizedRows rows : List.of(expected, found)) {
      rows.reshape(12, cols);
      rows.codes().fill((byte) 99);
      rows.sums().fill((byte) 99);
    }
    SCALAR.quantize(x, expected, 0, 12, new Scratch());
    VECTOR.quantize(x, found, 0, 5, new Scratch());
    VECTOR.quantize(x, found, 5, 12, new Scratch());
    assertEquals(-1, expected.codes().mismatch(found.codes()), "codes");
    assertEquals(-1, expected.sums().mismatch(found.sums()), "sums");
    for (long row = 0; row < 12; row++) {
      for (long run = 0; run < (cols + 31) / 32; run++) {
        long index = row * expected.scaleStride() + run;
        int e = Float.floatToIntBits(expected.scales().getAtIndex(ValueLayout.JAVA_FLOAT, index));
        assertEquals(e, Float.floatToIntBits(found.scales().getAtIndex(ValueLayout.JAVA_FLOAT, index)), "scale");
      }
    }
  }

  /** Sequences in pages of their own, with the keys and values of every position. */
  private final class Sequences {
    final AttentionSpec spec;
    final HostKvPool pool;
    final int[][] pages;
    final HostBuffer q;

    Sequences(AttentionSpec spec, KvType type, int count, int tokens) {
      this.spec = spec;
      pool = memory.kvPool(new KvLayout(List.of(layer(1, 8, 8), layer(spec.headCountKv(), spec.keyDim(), spec.valueDim())), type, type));
      pages = new int[count][(tokens + 63) / 64];
      for (int page = 0; page < pages[0].length; page++) {
        for (int[] sequence : pages) {
          sequence[page] = pool.allocate();
          pool.page(sequence[page]).fill((byte) 0xff); // NaN wherever nothing is stored
        }
      }
      for (int[] sequence : pages) {
        var all = new int[tokens][];
        Arrays.fill(all, sequence);
        HostBuffer k = gaussians(tokens, (long) spec.headCountKv() * spec.keyDim());
        HostBuffer v = gaussians(tokens, (long) spec.headCountKv() * spec.valueDim());
        var rows = new KvRows(all, IntStream.range(0, tokens).toArray());
        SCALAR.append(pool, 1, k, v, rows, 0, tokens, new Scratch());
      }
      q = gaussians((long) count * tokens, (long) spec.headCount() * spec.keyDim());
    }

    private static KvLayout.Layer layer(int heads, int keyDim, int valueDim) {
      return new KvLayout.Layer(heads, keyDim, valueDim);
    }

    /** Row r of the result is sequence {@code sequences[r]} at {@code positions[r]}, with that position's query. */
    HostBuffer attention(RowKernels kernels, int[] sequences, int[] positions, int piece) {
      int rows = positions.length;
      int tokens = Math.toIntExact(q.rows()) / pages.length;
      HostBuffer queries = memory.buffer(rows, q.cols());
      var rowPages = new int[rows][];
      for (int r = 0; r < rows; r++) {
        rowPages[r] = pages[sequences[r]];
        long bytes = q.cols() * Float.BYTES;
        queries.segment().asSlice(r * bytes, bytes)
            .copyFrom(q.segment().asSlice((sequences[r] * (long) tokens + positions[r]) * bytes, bytes));
      }
      HostBuffer out = memory.buffer(rows, (long) spec.headCount() * spec.valueDim());
      fill(out, 0, out.values(), Float.NaN);
      var call = new AttentionCall(queries, pool, 1, spec, new KvRows(rowPages, positions), out);
      var scratch = new Scratch();
      long units = (long) rows * spec.headCount();
      for (long from = 0; from < units; from += piece) {
        kernels.attention(call, from, Math.min(units, from + piece), scratch);
      }
      return out;
    }
  }

  private static final String SHAPES = """
      1, 1, 64, 64
      4, 4, 32, 32
      6, 2, 24, 40
      8, 2, 64, 128
      8, 1, 128, 96
      34, 2, 16, 8
      5, 1, 80, 17
      """;

  @ParameterizedTest
  @CsvSource(textBlock = SHAPES)
  void attentionIsCloseToScalarAndTheSameHoweverItIsCut(int heads, int headsKv, int keyDim, int valueDim) {
    var spec = new AttentionSpec(heads, headsKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim)));
    for (KvType type : KvType.values()) {
      int tokens = 150;
      var sequences = new Sequences(spec, type, 2, tokens);
      int[] rowSequences = IntStream.range(0, 2 * tokens).map(i -> i / tokens).toArray();
      int[] positions = IntStream.range(0, 2 * tokens).map(i -> i % tokens).toArray();
      HostBuffer expected = sequences.attention(SCALAR, rowSequences, positions, Integer.MAX_VALUE);
      HostBuffer found = sequences.attention(VECTOR, rowSequences, positions, Integer.MAX_VALUE);
      assertClose(expected, found, type + " " + spec);
      for (int piece : new int[] {1, 3, heads, 7 * heads + 1}) {
        assertSame(
            found, sequences.attention(VECTOR, rowSequences, positions, piece), "%s in pieces of %d".formatted(type, piece));
      }
      assertShuffledIsTheSame(sequences, found, tokens);
    }
  }

  /** Rows of both sequences in any order, as a batch of many requests has them. */
  private void assertShuffledIsTheSame(Sequences sequences, HostBuffer found, int tokens) {
    int[] order = random.ints(0, 2 * tokens).distinct().limit(60).toArray();
    HostBuffer mixed =
        sequences.attention(
            VECTOR,
            Arrays.stream(order).map(i -> i / tokens).toArray(),
            Arrays.stream(order).map(i -> i % tokens).toArray(),
            Integer.MAX_VALUE);
    for (int r = 0; r < order.length; r++) {
      long bytes = found.cols() * Float.BYTES;
      assertEquals(
          -1,
          mixed.segment().asSlice(r * bytes, bytes).mismatch(found.segment().asSlice(order[r] * bytes, bytes)),
          "row " + r);
    }
  }

  /** What the classes' formulas say, in scalar floats: so every width has the same bits. */
  @ParameterizedTest
  @EnumSource(KvType.class)
  void attentionIsItsFormulaToTheBit(KvType type) {
    var spec = new AttentionSpec(3, 1, 40, 24, 0.3f);
    int tokens = 203;
    var sequences = new Sequences(spec, type, 1, tokens);
    int[] positions = {0, 15, 16, 63, 64, 100, 202};
    HostBuffer found = sequences.attention(VECTOR, new int[positions.length], positions, Integer.MAX_VALUE);
    for (int r = 0; r < positions.length; r++) {
      for (int head = 0; head < 3; head++) {
        float[] expected = AttentionFormula.head(sequences.pool, 1, sequences.pages[0], spec, sequences.q, positions[r], head);
        for (int i = 0; i < 24; i++) {
          int e = Float.floatToIntBits(expected[i]);
          assertEquals(e, Float.floatToIntBits(at(found, (r * 3L + head) * 24 + i)), "row %d at %d".formatted(r, i));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void appendEqualsScalar(KvType type) {
    for (int[] shape : new int[][] {{1, 1, 1}, {2, 24, 40}, {3, 64, 64}, {2, 33, 7}}) {
      var layout = new KvLayout(List.of(new KvLayout.Layer(shape[0], shape[1], shape[2])), type, type);
      HostKvPool expected = memory.kvPool(layout);
      HostKvPool found = memory.kvPool(layout);
      int[] pages = {expected.allocate(), expected.allocate()};
      assertEquals(pages[0], found.allocate());
      assertEquals(pages[1], found.allocate());
      int[] positions = {0, 1, 15, 16, 47, 63, 64, 100, 127};
      var all = new int[positions.length][];
      Arrays.fill(all, pages);
      HostBuffer k = gaussians(positions.length, (long) shape[0] * shape[1]);
      HostBuffer v = gaussians(positions.length, (long) shape[0] * shape[2]);
      put(k, k.cols(), Float.NaN);
      put(v, 2 * v.cols(), Float.POSITIVE_INFINITY);
      fill(v, 3 * v.cols(), 4 * v.cols(), 1e-42f);
      BiConsumer<RowKernels, HostKvPool> append =
          (kernels, pool) -> {
            var rows = new KvRows(all, positions);
            kernels.append(pool, 0, k, v, rows, 0, 4, new Scratch());
            kernels.append(pool, 0, k, v, rows, 4, positions.length, new Scratch());
          };
      append.accept(SCALAR, expected);
      append.accept(VECTOR, found);
      for (int page : pages) {
        assertEquals(-1, expected.page(page).mismatch(found.page(page)), "%s, %s".formatted(type, Arrays.toString(shape)));
      }
    }
  }
}
