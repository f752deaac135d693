package io.gatun.cpu.rows;

import io.gatun.device.AttentionSpec;
import io.gatun.device.RowKernels.AttentionCall;
import io.gatun.device.Scratch;
import java.util.Arrays;

/**
 * Divides heads of rows into blocks of queries that meet the same keys: the heads that share a key head, and rows of one
 * sequence. What a query computes does not depend on its block. Stateless.
 */
final class Attention {

  private Attention() {}

  /** Units {@code from} to {@code to}, as {@link io.gatun.device.RowKernels#attention} numbers them. */
  static void run(RowLoops loops, AttentionCall call, long from, long to, Scratch scratch) {
    int heads = call.spec().headCount();
    long unit = from;
    while (unit < to) {
      int row = Math.toIntExact(unit / heads);
      int head = (int) (unit % heads);
      if (head == 0 && to - unit >= heads) {
        int rows = rowsTogether(call, row, (int) Math.min(Integer.MAX_VALUE, (to - unit) / heads));
        heads(loops, call, row, rows, 0, heads, scratch);
        unit += (long) rows * heads;
      } else {
        int end = (int) Math.min(heads, head + (to - unit));
        heads(loops, call, row, 1, head, end, scratch);
        unit += end - head;
      }
    }
  }

  /** How many rows from {@code row} on belong to one sequence and fit a block with all heads of a key head. */
  private static int rowsTogether(AttentionCall call, int row, int limit) {
    AttentionSpec spec = call.spec();
    int most = Math.min(limit, Math.max(1, AttentionBlock.QUERIES / (spec.headCount() / spec.headCountKv())));
    int[][] pages = call.rows().pages();
    int count = 1;
    while (count < most && Arrays.equals(pages[row + count], pages[row])) {
      count++;
    }
    return count;
  }

  private static void heads(
      RowLoops loops, AttentionCall call, int row, int rows, int from, int to, Scratch scratch) {
    int shared = call.spec().headCount() / call.spec().headCountKv();
    for (int head = from, end; head < to; head = end) {
      end = Math.min(to, Math.min((head / shared + 1) * shared, head + AttentionBlock.QUERIES));
      new AttentionBlock(loops, call, row, rows, head, end - head, scratch).run();
    }
  }
}
