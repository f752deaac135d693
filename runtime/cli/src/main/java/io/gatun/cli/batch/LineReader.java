package io.gatun.cli.batch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Lines of a UTF-8 file, each ended by a newline (a carriage return before it is dropped) or by the end of the file. A
 * byte order mark at the beginning is passed over. A line that is too long or malformed is reported and the next one
 * read. Owned by one thread.
 */
final class LineReader implements AutoCloseable {
  /** A longer line is not read into memory. */
  static final int LONGEST = 64 << 20;

  private static final int NONE = -1;

  private final String name;
  private final InputStream stream;
  private final int longest;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long number;
  private long offset;
  private boolean terminated;

  LineReader(String name, InputStream stream, int longest) {
    this.name = name;
    this.stream = stream;
    this.longest = longest;
  }

  static LineReader open(Path path) {
    try {
      return new LineReader(path.toString(), Files.newInputStream(path), LONGEST);
    } catch (IOException e) {
      throw failure(path.toString(), e);
    }
  }

  /** The next line, or none at the end of the file. */
  Optional<InputLine> next() {
    var bytes = new ByteArrayOutputStream();
    long length = 0;
    int b = read();
    if (b == NONE) {
      return Optional.empty();
    }
    for (; b != NONE && b != '\n'; b = read()) {
      if (length++ < longest) {
        bytes.write(b);
      }
    }
    terminated = b == '\n';
    number++;
    return Optional.of(
        length > longest
            ? new InputLine.Unreadable(number, "the line has %d bytes, expected at most %d".formatted(length, longest))
            : decoded(bytes.toByteArray()));
  }

  /** Where the line after the last returned one begins, in bytes. */
  long offset() {
    return offset;
  }

  /** Whether the last returned line ended with a newline. */
  boolean terminated() {
    return terminated;
  }

  private InputLine decoded(byte[] bytes) {
    boolean marked =
        number == 1 && bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
    int from = marked ? 3 : 0;
    int to = bytes.length > from && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    ByteBuffer text = ByteBuffer.wrap(bytes, from, to - from);
    try {
      return new InputLine.Text(number, StandardCharsets.UTF_8.newDecoder().decode(text).toString());
    } catch (CharacterCodingException e) {
      return new InputLine.Unreadable(number, "the line is not UTF-8: byte %d cannot stand there".formatted(text.position() + 1));
    }
  }

  private int read() {
    if (position == limit) {
      try {
        limit = Math.max(0, stream.read(buffer));
      } catch (IOException e) {
        throw failure(name, e);
      }
      position = 0;
      if (limit == 0) {
        return NONE;
      }
    }
    offset++;
    return buffer[position++] & 0xff;
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  private static UncheckedIOException failure(String name, IOException e) {
    return new UncheckedIOException("%s: cannot read: %s".formatted(name, e.getMessage()), e);
  }
}
