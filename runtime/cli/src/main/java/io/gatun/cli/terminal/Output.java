package io.gatun.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * One of the process's output streams, as UTF-8 whatever the locale. Unlike {@link java.io.PrintStream} it does not
 * swallow errors: a full disk is an {@link UncheckedIOException}, a reader that has gone is a {@link ClosedPipe}.
 *
 * <p>Buffered: text appears after {@link #flush} or {@link #line}. Thread-safe.
 */
public final class Output {
  private final OutputStream stream;

  public Output(OutputStream stream) {
    this.stream = new BufferedOutputStream(stream, 1 << 13);
  }

  /** Writes text as it is. */
  public Output text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes text and a newline, and flushes. */
  public Output line(String text) {
    return text(text + "\n").flush();
  }

  public synchronized Output bytes(byte[] bytes) {
    try {
      stream.write(bytes);
      return this;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  public synchronized Output flush() {
    try {
      stream.flush();
      return this;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** For libraries that want a writer; it flushes each line. */
  PrintWriter writer() {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static RuntimeException failure(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Broken pipe") || message.contains("Connection reset")
        ? new ClosedPipe(e)
        : new UncheckedIOException("cannot write the output: " + message, e);
  }
}
