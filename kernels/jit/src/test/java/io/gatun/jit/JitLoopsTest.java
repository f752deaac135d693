package io.gatun.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gatun.cpu.rows.RowLoops;
import io.gatun.cpu.vector.VectorTier;
import io.gatun.device.ActivationFunction;
import io.gatun.device.Hardware;
import io.gatun.device.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Loops in machine code against those in vectors, which are held to their formulas elsewhere: the same bits for any count,
 * alignment and value, and nothing written beside the results.
 */
class JitLoopsTest {
  @BeforeAll
  static void codeRunsHere() {
    if (new JitTier().verdict(Hardware.detect()) instanceof Verdict.Refused refused) {
      Assumptions.abort("the loops are not tested here: " + refused.reason());
    }
  }

  private static final RowLoops VECTORS = VectorTier.loops();

  /** Floats of an operand's room. */
  private static final int ROOM = 1024;

  private static final float[] SPECIAL = {
    0, -0f, 1, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE, -89, 89, 88.8f,
    -104, 1e-40f, 0x1p-126f, 127, 1e30f
  };

  /** A loop on four operands, {@link #ROOM} floats each, and a count. */
  private interface Run {
    double of(RowLoops loops, long a, long b, long c, long d, int count);
  }

  /** Calls a loop that has no result. */
  private interface Plain {
    void of(RowLoops loops, long a, long b, long c, long d, int count);
  }

  private static Run run(Plain plain) {
    return (loops, a, b, c, d, count) -> {
      plain.of(loops, a, b, c, d, count);
      return 0;
    };
  }

  private static Map<String, Run> loops() {
    var loops = new LinkedHashMap<String, Run>();
    loops.put("sum", (l, a, _, _, _, n) -> l.sum(a, n));
    loops.put("squares", (l, a, _, _, _, n) -> l.squares(a, n));
    loops.put("add", run((l, a, b, _, _, n) -> l.add(a, b, n)));
    loops.put("multiply and add", run((l, a, b, _, d, n) -> l.multiplyAdd(a, b, d, n)));
    loops.put("subtract", run((l, a, _, _, d, n) -> l.subtract(a, 0.3f, d, n)));
    loops.put("scale", run((l, a, _, _, d, n) -> l.scale(a, 0.7f, d, n)));
    loops.put("scale by gain", run((l, a, b, _, d, n) -> l.scale(a, -1.7f, b, d, n)));
    loops.put("divide", run((l, a, _, _, d, n) -> l.divide(a, 3.3f, d, n)));
    for (ActivationFunction f : ActivationFunction.values()) {
      loops.put("gate " + f, run((l, a, b, _, _, n) -> l.gate(a, b, f, n)));
      loops.put("activate " + f, run((l, a, _, _, _, n) -> l.activate(a, f, n)));
    }
    loops.put("softcap", run((l, a, _, _, _, n) -> l.softcap(a, 30, n)));
    loops.put("softcap of small values", run((l, a, _, _, _, n) -> l.softcap(a, 3e-3f, n)));
    loops.put("slope", run((l, a, _, _, _, n) -> l.slope(a, 0.37f, n / 2, n / 16 * 16L)));
    loops.put("decode keys", run((l, a, b, _, d, n) -> l.decodeKeys(a, b, n / 4, d)));
    loops.put("decode value", run((l, a, b, _, d, n) -> l.decodeValue(a, b, n, d)));
    loops.put("exponential", (l, _, _, _, _, n) -> l.exponential(1.3f * n - 130));
    loops.put("largest", (l, a, _, _, _, n) -> l.largest(a, 0.5f, n / 16 * 16L));
    loops.put("exponentials", run((l, a, _, _, _, n) -> l.exponentials(a, 1.5f, n / 16 * 16L)));
    loops.put("softpluses", run((l, a, _, _, _, n) -> l.softpluses(a, n / 16 * 16L)));
    loops.put("rotate halves", run((l, a, b, c, _, n) -> l.rotateHalves(a, n, b, c)));
    loops.put("rotate adjacent", run((l, a, b, c, _, n) -> l.rotateAdjacent(a, n / 2 * 2, b, c)));
    loops.put("decode halves", run((l, a, _, _, d, n) -> l.decodeHalves(a, d, n)));
    loops.put("quantize", run((l, a, b, c, d, n) -> l.quantize(a, n / 32, b, c, d)));
    return loops;
  }

  @TestFactory
  Stream<DynamicTest> loopsHaveTheSameBits() {
    RowLoops code = JitTier.loops();
    return loops().entrySet().stream().map(loop -> dynamicTest(loop.getKey(), () -> compare(loop.getValue(), code)));
  }

  /** Tiles against plain sums, since vectors may be of another width. */
  @Test
  void tilesAreTheirFormula() {
    RowLoops code = JitTier.loops();
    tile(4, new int[] {0, 24}, (a, m, out, count) -> code.four(a, 400, m, 12, 96, count, out, 64));
    tile(1, new int[] {0, 24, 16, 40}, (a, m, out, count) -> code.one(a, m, 12, 96, 64, 160, count, out));
    tile(1, new int[] {0, 24}, (a, m, out, count) -> code.pair(a, m, 12, 96, count, out));
  }

  /** A tile of attention at addresses. */
  private interface Tile {
    void run(long factors, long vectors, long out, int count);
  }

  /** @param vectors where they begin, in floats; the next factor's are 3 on, the next query's factors 100 */
  private static void tile(int queries, int[] vectors, Tile tile) {
    var random = new SplittableRandom(3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(3L * ROOM * Float.BYTES, 4);
      for (int count : new int[] {0, 1, 2, 7, 64, 97}) {
        fill(memory, random, 0);
        int lanes = LoopEmitter.LANES;
        var expected = new float[queries * vectors.length * lanes];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = at(memory, 2 * ROOM + i);
          for (int j = 0; j < count; j++) {
            float m = at(memory, ROOM + vectors[i / lanes % vectors.length] + 3 * j + i % lanes);
            expected[i] = Math.fma(m, at(memory, 100 * (i / lanes / vectors.length) + j), expected[i]);
          }
        }
        long bytes = (long) ROOM * Float.BYTES;
        tile.run(memory.address(), memory.address() + bytes, memory.address() + 2 * bytes, count);
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], at(memory, 2 * ROOM + i), "%d factors, result %d".formatted(count, i));
        }
      }
    }
  }

  /** Against plain sums likewise, with decays that are given and with those of rates. */
  @Test
  void tokensMeetStatesByTheirFormula() {
    RowLoops code = JitTier.loops();
    int width = 4 * LoopEmitter.LANES;
    int step = width + 3;
    long bytes = (long) ROOM * Float.BYTES;
    var random = new SplittableRandom(4);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4 * bytes, 4);
      for (int count : new int[] {1, 2, 7, 20}) {
        for (boolean rates : new boolean[] {false, true}) {
          fill(memory, random, 0);
          var states = new float[count][width];
          var results = new float[width];
          for (int lane = 0; lane < width; lane++) {
            for (int j = 0; j < count; j++) {
              float rate = at(memory, 2 * ROOM + j * width + lane) * at(memory, 300 + lane);
              float decay = rates ? code.exponential(rate) : at(memory, j);
              float kept = decay * at(memory, ROOM + j * step + lane);
              states[j][lane] = Math.fma(at(memory, 100 + j), at(memory, 3 * ROOM + lane), kept);
              results[lane] = Math.fma(states[j][lane], at(memory, 200 + j), results[lane]);
            }
          }
          long a = memory.address();
          long s = a + bytes;
          if (rates) {
            code.select(a + 2 * bytes, a + 1200, a + 400, a + 800, s, 4L * step, count, a + 3 * bytes);
          } else {
            code.recur(a, a + 400, a + 800, s, 4L * step, count, a + 3 * bytes);
          }
          for (int lane = 0; lane < width; lane++) {
            for (int j = 0; j < count; j++) {
              String what = "%d lines, line %d, %d".formatted(count, j, lane);
              assertEquals(states[j][lane], at(memory, ROOM + j * step + lane), what);
            }
            assertEquals(results[lane], at(memory, 3 * ROOM + lane), "%d lines, result %d".formatted(count, lane));
          }
        }
      }
    }
  }

  private static float at(MemorySegment memory, long i) {
    return memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }

  private static void compare(Run run, RowLoops code) {
    var random = new SplittableRandom(7);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(4L * ROOM * Float.BYTES + 4, 64);
      MemorySegment found = arena.allocate(4L * ROOM * Float.BYTES + 4, 64);
      for (int count = 0; count <= 200; count += count < 70 ? 1 : 13) {
        fill(expected, random, count % 3);
        found.copyFrom(expected);
        String what = "%d values".formatted(count);
        double first = apply(run, VECTORS, expected, count);
        assertEquals(Double.doubleToLongBits(first), Double.doubleToLongBits(apply(run, code, found, count)), what);
        for (long i = 0; i < expected.byteSize() / Float.BYTES; i++) {
          assertEquals(bits(expected, i), bits(found, i), "%s, float %d".formatted(what, i));
        }
      }
    }
  }

  private static double apply(Run run, RowLoops loops, MemorySegment memory, int count) {
    long a = memory.address() + 4; // floats need no more alignment than that
    long bytes = (long) ROOM * Float.BYTES;
    return run.of(loops, a, a + bytes, a + 2 * bytes, a + 3 * bytes, count);
  }

  /** @param kind 0 for usual values, 1 for all magnitudes, 2 for special ones among others */
  private static void fill(MemorySegment memory, SplittableRandom random, int kind) {
    for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
      float value =
          switch (kind) {
            case 0 -> (float) random.nextGaussian();
            case 1 -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-140, 120)));
            default -> random.nextInt(4) > 0 ? (float) random.nextGaussian() * 50 : SPECIAL[random.nextInt(SPECIAL.length)];
          };
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  /** Those of a float, with one NaN. */
  private static int bits(MemorySegment memory, long i) {
    return Float.floatToIntBits(memory.getAtIndex(ValueLayout.JAVA_FLOAT, i));
  }
}
