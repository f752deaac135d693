package io.gatun.cli.batch;

import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The output of a batch: takes each line's result once, in any order, and writes the results to the file in the order of
 * the lines. Killed at any moment it has lost no result that it took: the output holds whole lines from the first on and
 * at most a part of one more, and what came out of order lies in the {@link Journal}.
 *
 * <p>Owns both files and holds a lock on the output. Memory: some dozen bytes a result that waits. Thread-safe.
 */
final class Results implements AutoCloseable {
  /** A journal with no result that waits is emptied when it is larger. */
  private static final long JOURNAL_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel output;
  private final Journal journal;
  private final long seed;
  private final Map<Long, Journal.Place> waiting = new HashMap<>();
  private final long resumed;
  private long next;
  private long end;
  private boolean sealed;

  Results(Path path, FileChannel output, Journal journal, long seed, Recovered recovered, Map<Long, Journal.Place> kept) {
    this.path = path;
    this.output = output;
    this.journal = journal;
    this.seed = seed;
    next = recovered.lines() + 1;
    end = recovered.end();
    kept.forEach(
        (line, place) -> {
          if (line >= next) {
            waiting.put(line, place);
          }
        });
    drain();
    resumed = next - 1 + waiting.size();
  }

  /**
   * What an output holds already.
   *
   * @param lines whole lines, each the answer to its line of the input
   * @param end bytes of these
   */
  record Recovered(long lines, long end) {}

  /** The output file, created if it was not there, and locked. The caller closes it. */
  static FileChannel lock(Path path) {
    try {
      FileChannel output =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!locked(output)) {
        output.close();
        throw new UsageException(path + ": another gatun is writing it: wait for that, or name another output");
      }
      return output;
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Of the run; of the interrupted one, if this goes on with one. */
  long seed() {
    return seed;
  }

  /** How many results were there at the beginning. */
  long resumed() {
    return resumed;
  }

  /** The first line whose result is not in the output. */
  synchronized long next() {
    return next;
  }

  /** Whether the result of a line is there. */
  synchronized boolean has(long line) {
    return line < next || waiting.containsKey(line);
  }

  /**
   * Takes the result of a line; ignored if it is there already, or after {@link #seal}.
   *
   * @param result one line, without its end
   */
  synchronized void take(long line, String result) {
    if (sealed || has(line)) {
      return;
    }
    if (line == next) {
      write(result);
      drain();
    } else {
      waiting.put(line, journal.append(line, result));
    }
  }

  private void drain() {
    for (Journal.Place place = waiting.remove(next); place != null; place = waiting.remove(next)) {
      write(journal.result(place));
    }
    if (waiting.isEmpty() && journal.size() > JOURNAL_BYTES) {
      force();
      journal.clear();
    }
  }

  private void write(String result) {
    ByteBuffer bytes = ByteBuffer.wrap((result + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        end += output.write(bytes, end);
      }
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
    next++;
  }

  /** All lines have their results: makes the output durable and removes the journal. */
  synchronized void complete() {
    force();
    journal.delete();
  }

  /** Nothing is written after this returns, whatever other threads do. */
  synchronized void seal() {
    sealed = true;
  }

  private void force() {
    try {
      output.force(true);
    } catch (IOException e) {
      throw failure(path, "write", e);
    }
  }

  @Override
  public synchronized void close() {
    journal.close();
    try {
      output.close();
    } catch (IOException e) {
      throw failure(path, "close", e);
    }
  }

  /** Keeps what tells permission and absence from other failures, and says how to go on after the others. */
  static UncheckedIOException failure(Path path, String what, IOException e) {
    String message =
        e instanceof FileSystemException
            ? "%s: cannot %s: %s".formatted(path, what, e.getMessage())
            : "%s: cannot %s: %s; when that is mended, the same command goes on from here"
                .formatted(path, what, e.getMessage());
    return new UncheckedIOException(message, e);
  }
}
