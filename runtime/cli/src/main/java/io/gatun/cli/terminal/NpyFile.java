package io.gatun.cli.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a float32 array to a NumPy file, version 1.0, C order, little-endian; of any size, as values arrive. Source:
 * numpy.lib.format. Owned by one thread; a file that is closed before all values are there is deleted.
 */
public final class NpyFile implements AutoCloseable {
  private static final int HEADER_MULTIPLE = 64;
  private static final int PREAMBLE = 10;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
  private long missing;

  private NpyFile(Path path, List<Long> shape) throws IOException {
    this.path = path;
    this.missing = shape.stream().reduce(1L, Math::multiplyExact);
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    buffer.put(header(shape));
  }

  /**
   * Creates or replaces the file.
   *
   * @param shape dimensions, slowest first
   */
  public static NpyFile create(Path path, List<Long> shape) {
    try {
      return new NpyFile(path, shape);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static byte[] header(List<Long> shape) {
    String dims = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String tuple = shape.size() == 1 ? dims + "," : dims;
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }".formatted(tuple);
    int total = Math.ceilDiv(PREAMBLE + dictionary.length() + 1, HEADER_MULTIPLE) * HEADER_MULTIPLE;
    String padded = dictionary + " ".repeat(total - PREAMBLE - dictionary.length() - 1) + "\n";
    return ByteBuffer.allocate(total)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /**
   * Appends values.
   *
   * @param values at least {@code count}
   * @throws IllegalStateException if that is more than the shape holds
   */
  public void write(float[] values, int count) {
    missing -= count;
    if (missing < 0) {
      throw new IllegalStateException("%s: %d values more than its shape holds".formatted(path, -missing));
    }
    for (int i = 0; i < count; i++) {
      if (buffer.remaining() < Float.BYTES) {
        drain();
      }
      buffer.putFloat(values[i]);
    }
  }

  private void drain() {
    try {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(path, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try (channel) {
      if (missing == 0) {
        drain();
      } else if (Files.isRegularFile(path)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(path, e.getMessage()), e);
    }
  }
}
