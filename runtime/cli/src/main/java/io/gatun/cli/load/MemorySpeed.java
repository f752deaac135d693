package io.gatun.cli.load;

import io.gatun.device.Hardware;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** How fast this computer reads memory, all cores together; takes some tenths of a second. */
final class MemorySpeed {
  /** Larger than the caches of today's processors. */
  private static final int LONGS = 16 << 20;

  /** The first rounds are for the compiler. */
  private static final int ROUNDS = 6;

  private MemorySpeed() {}

  /** Bytes per second, the best of a few rounds. */
  static double measure() {
    int threads = Hardware.detect().cores();
    var memory = new long[LONGS];
    Arrays.fill(memory, 1); // pages that were never written may all be the same one
    List<Callable<Long>> parts =
        IntStream.range(0, threads)
            .<Callable<Long>>mapToObj(
                t -> () -> sum(memory, (int) ((long) LONGS * t / threads), (int) ((long) LONGS * (t + 1) / threads)))
            .toList();
    double best = 0;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        long sum = pool.invokeAll(parts).stream().mapToLong(Future::resultNow).sum();
        best = Math.max(best, (double) sum * Long.BYTES / (System.nanoTime() - start) * 1e9);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what was measured so far will do
    }
    return best;
  }

  private static long sum(long[] values, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }
}
