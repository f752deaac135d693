package io.gatun.cli.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file of {@link SavedLogits}, which appears under its name when it is whole. Used by one thread at a time; must
 * be closed.
 */
final class LogitsWriter implements AutoCloseable {
  private final Path file;
  private final Path growing;
  private final FileChannel channel;
  private final ByteBuffer row;
  private final long fileBytes;

  private LogitsWriter(Path file, SavedLogits header) throws IOException {
    this.file = file;
    growing = Path.of(file + ".part");
    fileBytes = header.fileBytes();
    row = ByteBuffer.allocateDirect(Math.toIntExact(header.rowBytes())).order(ByteOrder.LITTLE_ENDIAN);
    channel =
        FileChannel.open(
            growing, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    write(header.encode());
  }

  static LogitsWriter create(Path file, SavedLogits header) {
    try {
      return new LogitsWriter(file, header);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Appends a position's log-probabilities.
   *
   * @param logits {@code [n_vocab]}
   * @param logSum of their exponentials
   */
  void append(float[] logits, double logSum) {
    row.clear();
    for (float logit : logits) {
      row.putFloat((float) (logit - logSum));
    }
    try {
      write(row.flip());
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Gives the file its name if all positions are there, otherwise removes it. */
  @Override
  public void close() {
    try {
      boolean whole = channel.position() == fileBytes;
      channel.close();
      if (whole) {
        Files.move(growing, file, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.deleteIfExists(growing);
      }
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static UncheckedIOException failure(Path file, IOException e) {
    return new UncheckedIOException("%s: cannot write: %s".formatted(file, e.getMessage()), e);
  }
}
