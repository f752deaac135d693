package io.gatun.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.conformance.ActivationFill;
import io.gatun.device.AttentionSpec;
import io.gatun.cpu.rows.LoopedRows;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.RowKernels.AttentionCall;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention is what its classes' formulas say, in scalar floats: so every width has the same bits. */
class VectorAttentionTest {
  private static final AttentionSpec PLAIN = new AttentionSpec(3, 1, 40, 24, 0.3f);
  private static final AttentionSpec FULL = PLAIN.withWindow(70).withSlopes(0.5f, 0.1f, 0.01f).withSinks(1, -1, 0);
  private static final int TOKENS = 203;

  @ParameterizedTest
  @EnumSource(KvType.class)
  void attentionIsItsFormulaToTheBit(KvType type) {
    verify(type, PLAIN);
    verify(type, FULL);
  }

  private static void verify(KvType type, AttentionSpec spec) {
    var random = new SplittableRandom(1);
    int[] positions = {0, 15, 16, 63, 64, 100, 202};
    try (var memory = new HostMemory()) {
      HostKvPool pool = memory.kvPool(new KvLayout(List.of(new KvLayout.Layer(1, 40, 24)), type, type));
      int[] pages = IntStream.range(0, 4).map(_ -> pool.allocate()).toArray();
      HostBuffer k = gaussians(TOKENS, 40, random, memory);
      HostBuffer v = gaussians(TOKENS, 24, random, memory);
      HostBuffer q = gaussians(TOKENS, 120, random, memory);
      var all = new KvRows(sequence(pages, TOKENS), IntStream.range(0, TOKENS).toArray());
      ScalarKernels.INSTANCE.append(pool, 0, k, v, all, 0, TOKENS, new Scratch());
      HostBuffer found = memory.buffer(TOKENS, 72);
      var rows = new KvRows(sequence(pages, positions.length), positions);
      new LoopedRows(new VectorLoops())
          .attention(new AttentionCall(queries(q, positions, memory), pool, 0, spec, rows, found), 0, 3L * positions.length, new Scratch());
      for (int r = 0; r < positions.length; r++) {
        for (int head = 0; head < 3; head++) {
          float[] expected = AttentionFormula.head(pool, 0, pages, spec, q, positions[r], head);
          for (int i = 0; i < 24; i++) {
            int e = Float.floatToIntBits(expected[i]);
            float value = found.segment().getAtIndex(ValueLayout.JAVA_FLOAT, (r * 3L + head) * 24 + i);
            assertEquals(e, Float.floatToIntBits(value), "row %d at %d".formatted(r, i));
          }
        }
      }
    }
  }

  private static int[][] sequence(int[] pages, int rows) {
    var all = new int[rows][];
    Arrays.fill(all, pages);
    return all;
  }

  private static HostBuffer queries(HostBuffer q, int[] positions, HostMemory memory) {
    HostBuffer queries = memory.buffer(positions.length, q.cols());
    long bytes = q.cols() * Float.BYTES;
    for (int r = 0; r < positions.length; r++) {
      queries.segment().asSlice(r * bytes, bytes).copyFrom(q.segment().asSlice(positions[r] * bytes, bytes));
    }
    return queries;
  }

  private static HostBuffer gaussians(int rows, int cols, SplittableRandom random, HostMemory memory) {
    HostBuffer buffer = memory.buffer(rows, cols);
    ActivationFill.GAUSSIAN.fill(buffer, random);
    return buffer;
  }
}
