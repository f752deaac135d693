package io.gatun.bench;

import io.gatun.cpu.Workers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What this computer was measured to do, all threads together.
 *
 * @param floatMacs fused multiply-adds of floats per second, in registers
 * @param shortMacs multiplications and additions of 16-bit integers per second, in registers
 * @param readBytes per second from a mapped file that is in the page cache and larger than the processor's
 */
record Peaks(double floatMacs, double shortMacs, double readBytes) {
  private static final long ROUNDS = 2_000_000;
  private static final long FILE_BYTES = 256L << 20;

  /** Bytes that a thread reads at a time; a multiple of four vectors. */
  private static final long PIECE = 1L << 20;

  /** The peak for a kind of arithmetic, multiply-accumulates per second. */
  double macs(Workload.Arithmetic arithmetic) {
    return switch (arithmetic) {
      case INTEGERS -> Math.max(floatMacs, shortMacs);
      case FLOATS -> floatMacs;
    };
  }

  /** Measures: some seconds. */
  static Peaks measure(int threads, Stopwatch stopwatch) throws IOException {
    var sink = new AtomicLong();
    try (var workers = new Workers(threads)) {
      double floats =
          stopwatch.seconds(
              () ->
                  workers.run(
                      threads, 1, (from, to, _) -> sink.addAndGet((long) PeakLoops.floats((to - from) * ROUNDS, 0.99f, 0.1f))));
      double shorts =
          stopwatch.seconds(
              () ->
                  workers.run(
                      threads,
                      1,
                      (from, to, _) -> sink.addAndGet(PeakLoops.shorts((to - from) * ROUNDS, (short) 3, (short) 5))));
      return new Peaks(
          PeakLoops.floatMacs(threads * ROUNDS) / floats,
          PeakLoops.shortMacs(threads * ROUNDS) / shorts,
          FILE_BYTES / readSeconds(workers, sink, stopwatch));
    }
  }

  private static double readSeconds(Workers workers, AtomicLong sink, Stopwatch stopwatch) throws IOException {
    Path file = Files.createTempFile("gatun-bench", ".bin");
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var zeros = ByteBuffer.allocateDirect(Math.toIntExact(PIECE));
      for (long written = 0; written < FILE_BYTES; written += PIECE) {
        channel.write(zeros.clear(), written);
      }
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, FILE_BYTES, arena);
      return stopwatch.seconds(
          () ->
              workers.run(
                  FILE_BYTES / PIECE,
                  1,
                  (from, to, _) -> sink.addAndGet(PeakLoops.read(mapped.asSlice(from * PIECE, (to - from) * PIECE)))));
    } finally {
      Files.delete(file);
    }
  }
}
