package io.gatun.cli.measure;

import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a file of {@link SavedLogits}, position after position. Used by one thread at a time; must be closed. */
final class LogitsReader implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer bytes;
  private final float[] row;

  private LogitsReader(Path file, FileChannel channel, SavedLogits header) {
    this.file = file;
    this.channel = channel;
    bytes = ByteBuffer.allocateDirect(Math.toIntExact(header.rowBytes())).order(ByteOrder.LITTLE_ENDIAN);
    row = new float[header.vocabSize()];
  }

  /**
   * Opens a file that must have been made from the same tokens.
   *
   * @throws UsageException if there is no such file, or it was made from others
   * @throws FormatException if it is no such file, or not whole
   */
  static LogitsReader open(Path file, SavedLogits wanted) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(file + ": no such file: make one with gatun perplexity --save-logits");
    }
    try {
      var channel = FileChannel.open(file, StandardOpenOption.READ);
      boolean ready = false;
      try {
        var start = ByteBuffer.allocate(SavedLogits.BYTES);
        fill(channel, start);
        SavedLogits header = SavedLogits.decode(file, start.flip());
        header.requireSame(wanted, file);
        if (channel.size() != header.fileBytes()) {
          throw new FormatException(
              "%s: has %d bytes, expected %d: save it again".formatted(file, channel.size(), header.fileBytes()));
        }
        ready = true;
        return new LogitsReader(file, channel, header);
      } finally {
        if (!ready) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** The next position's log-probabilities, {@code [n_vocab]}; reused by the next call. */
  float[] next() {
    bytes.clear();
    try {
      fill(channel, bytes);
    } catch (IOException e) {
      throw failure(file, e);
    }
    if (bytes.hasRemaining()) {
      throw new FormatException(file + ": ends too early: it was changed while being read");
    }
    bytes.flip().asFloatBuffer().get(row);
    return row;
  }

  private static void fill(FileChannel channel, ByteBuffer target) throws IOException {
    while (target.hasRemaining() && channel.read(target) >= 0) {
      // once more: a read may bring less than asked for
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static UncheckedIOException failure(Path file, IOException e) {
    return new UncheckedIOException("%s: cannot read: %s".formatted(file, e.getMessage()), e);
  }
}
