package io.gatun.conformance;

import io.gatun.device.AttentionSpec;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Two sequences in pages of their own, the pages of both in turn, with keys and values at every position and NaN wherever
 * nothing is stored. Owned by one check.
 */
final class AttentionSamples {
  private static final int SEQUENCES = 2;

  /** Two pages and a part. */
  private static final int TOKENS = 131;

  /** Around the edges of groups of keys and of pages. */
  private static final int[] POSITIONS = {
    0, 1, 7, 14, 15, 16, 17, 31, 32, 33, 47, 48, 49, 62, 63, 64, 65, 79, 80, 81, 100, 126, 127, 128, 129, 130
  };

  private static final int LAYER = 1;

  /** Heads alone, in groups that are no power of two, many of them; dimensions that are no multiple of anything. */
  static final List<AttentionSpec> SHAPES =
      List.of(
          shape(1, 1, 64, 64),
          shape(4, 4, 32, 32),
          shape(6, 2, 24, 40),
          shape(8, 2, 64, 128),
          shape(8, 1, 128, 96),
          shape(34, 2, 16, 8),
          shape(5, 1, 80, 17),
          shape(4, 2, 32, 32).withWindow(1),
          shape(6, 2, 24, 40).withWindow(18),
          shape(8, 1, 16, 48).withWindow(70),
          shape(4, 2, 24, 32).withChunk(50),
          shape(2, 2, 64, 64).withSoftcap(1.5f),
          shape(3, 1, 32, 32).withSlopes(0.5f, 0.03f, 4),
          shape(4, 2, 40, 24).withSinks(2, -50, 50, 0),
          shape(2, 1, 48, 64).withWindow(33).withSoftcap(3).withSlopes(0.1f, 1).withSinks(-1, 1));

  private final AttentionSpec spec;
  private final HostMemory memory;
  private final HostKvPool pool;
  private final int[][] pages;
  private final HostBuffer q;

  AttentionSamples(AttentionSpec spec, KvType type, HostMemory memory, RandomGenerator random) {
    this.spec = spec;
    this.memory = memory;
    var layers =
        List.of(new KvLayout.Layer(1, 8, 8), new KvLayout.Layer(spec.headCountKv(), spec.keyDim(), spec.valueDim()));
    this.pool = memory.kvPool(new KvLayout(layers, type, type));
    this.pages = new int[SEQUENCES][(TOKENS + KvPool.PAGE_TOKENS - 1) / KvPool.PAGE_TOKENS];
    for (int page = 0; page < pages[0].length; page++) {
      for (int[] sequence : pages) {
        sequence[page] = pool.allocate();
        pool.page(sequence[page]).fill((byte) 0xff);
      }
    }
    for (int[] sequence : pages) {
      append(sequence, random);
    }
    this.q = gaussians((long) SEQUENCES * TOKENS, (long) spec.headCount() * spec.keyDim(), random);
  }

  private static AttentionSpec shape(int headCount, int headCountKv, int keyDim, int valueDim) {
    return new AttentionSpec(headCount, headCountKv, keyDim, valueDim, (float) (1 / Math.sqrt(keyDim)));
  }

  private HostBuffer gaussians(long rows, long cols, RandomGenerator random) {
    HostBuffer buffer = memory.buffer(rows, cols);
    ActivationFill.GAUSSIAN.fill(buffer, random);
    return buffer;
  }

  private void append(int[] sequence, RandomGenerator random) {
    var all = new int[TOKENS][];
    Arrays.fill(all, sequence);
    HostBuffer k = gaussians(TOKENS, (long) spec.headCountKv() * spec.keyDim(), random);
    HostBuffer v = gaussians(TOKENS, (long) spec.headCountKv() * spec.valueDim(), random);
    var rows = new KvRows(all, IntStream.range(0, TOKENS).toArray());
    ScalarKernels.INSTANCE.append(pool, LAYER, k, v, rows, 0, TOKENS, new Scratch());
  }

  /** All rows at once against scalar; then in pieces, and rows of both sequences in any order, with the same bits. */
  void verify(RowKernels kernels, RandomGenerator random) {
    int[] all =
        IntStream.range(0, SEQUENCES).flatMap(i -> Arrays.stream(POSITIONS).map(p -> i * TOKENS + p)).toArray();
    HostBuffer expected = attention(ScalarKernels.INSTANCE, all, Integer.MAX_VALUE);
    HostBuffer found = attention(kernels, all, Integer.MAX_VALUE);
    Tolerance.rounded().verify(Comparison.values(expected), Comparison.values(found), spec.toString());
    for (int piece : new int[] {1, 3, spec.headCount(), 7 * spec.headCount() + 1}) {
      Comparison.same(found, attention(kernels, all, piece), "%s in pieces of %d".formatted(spec, piece));
    }
    int[] order = random.ints(0, all.length).distinct().limit(20).toArray();
    HostBuffer mixed = attention(kernels, Arrays.stream(order).map(i -> all[i]).toArray(), Integer.MAX_VALUE);
    long bytes = found.cols() * Float.BYTES;
    for (int r = 0; r < order.length; r++) {
      Comparison.sameBytes(
          found.segment().asSlice(order[r] * bytes, bytes),
          mixed.segment().asSlice(r * bytes, bytes),
          "%s in company, row %d".formatted(spec, r));
    }
  }

  /** Keys and values outside a window change nothing, even where they are no numbers. */
  void verifyWindow(RowKernels kernels) {
    int last = TOKENS - 1;
    int hidden = spec.first(last);
    if (hidden > 0) {
      HostBuffer expected = attention(kernels, new int[] {last}, Integer.MAX_VALUE);
      HostBuffer k = memory.buffer(hidden, (long) spec.headCountKv() * spec.keyDim());
      HostBuffer v = memory.buffer(hidden, (long) spec.headCountKv() * spec.valueDim());
      k.segment().fill((byte) 0xff);
      v.segment().fill((byte) 0xff);
      var all = new int[hidden][];
      Arrays.fill(all, pages[0]);
      var rows = new KvRows(all, IntStream.range(0, hidden).toArray());
      ScalarKernels.INSTANCE.append(pool, LAYER, k, v, rows, 0, hidden, new Scratch());
      Comparison.same(expected, attention(kernels, new int[] {last}, Integer.MAX_VALUE), spec + " before its window");
    }
  }

  /** Row r of the result is position {@code rows[r] % TOKENS} of sequence {@code rows[r] / TOKENS}, with its query. */
  private HostBuffer attention(RowKernels kernels, int[] rows, int piece) {
    HostBuffer queries = memory.buffer(rows.length, q.cols());
    var rowPages = new int[rows.length][];
    long bytes = q.cols() * Float.BYTES;
    for (int r = 0; r < rows.length; r++) {
      rowPages[r] = pages[rows[r] / TOKENS];
      queries.segment().asSlice(r * bytes, bytes).copyFrom(q.segment().asSlice(rows[r] * bytes, bytes));
    }
    HostBuffer out = memory.buffer(rows.length, (long) spec.headCount() * spec.valueDim());
    out.segment().fill((byte) 0xff);
    var places = new KvRows(rowPages, Arrays.stream(rows).map(row -> row % TOKENS).toArray());
    var call = new RowKernels.AttentionCall(queries, pool, LAYER, spec, places, out);
    var scratch = new Scratch();
    long units = (long) rows.length * spec.headCount();
    for (long from = 0; from < units; from += piece) {
      kernels.attention(call, from, Math.min(units, from + piece), scratch);
    }
    return out;
  }
}
