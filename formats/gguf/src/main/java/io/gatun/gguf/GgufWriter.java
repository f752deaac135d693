package io.gatun.gguf;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.FileReplacement;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Writes GGUF files of version 3: collect metadata and tensors, in the order they shall have in the file, then {@link
 * #write}. Tensor bytes are asked for one tensor after another while the file grows, so it may be larger than memory.
 *
 * <p>Not thread-safe.
 */
public final class GgufWriter {
  private static final int VERSION = 3;

  /** Supplies the bytes of a tensor. */
  @FunctionalInterface
  public interface Source {
    /**
     * Writes all bytes of the tensor, no more and no fewer.
     *
     * @throws IOException if they cannot be had or written
     */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private record Entry(List<Long> shape, int type, long bytes, Source source) {}

  private final SequencedMap<String, Metadata.Value> metadata = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> tensors = new LinkedHashMap<>();

  /** A file with neither metadata nor tensors yet. */
  public GgufWriter() {}

  /**
   * Adds or replaces a metadata value.
   *
   * @param key 1 to 65535 bytes of UTF-8
   * @throws IllegalArgumentException if the key has another length
   */
  public GgufWriter put(String key, Metadata.Value value) {
    requireLength("key", key, MetadataParser.MAX_KEY_BYTES);
    metadata.put(key, value);
    return this;
  }

  /** Adds all values of an opened file. */
  public GgufWriter putAll(Metadata values) {
    values.asMap().forEach(this::put);
    return this;
  }

  /**
   * Adds a tensor whose bytes are at hand and stay valid until {@link #write} returns.
   *
   * @throws IllegalArgumentException as {@link #add(String, List, Encoding, Source)}
   */
  public GgufWriter add(TensorData tensor) {
    return add(tensor.name(), tensor.shape(), tensor.encoding(), out -> FileReplacement.copy(tensor.bytes(), out));
  }

  /**
   * Adds a tensor.
   *
   * @param name 1 to 63 bytes of UTF-8, not added before
   * @param shape 1 to 4 dimensions, slowest first, each ≥ 1, the last a multiple of the block length
   * @throws IllegalArgumentException if the name or the shape is not so, or GGUF has no number for the encoding
   */
  public GgufWriter add(String name, List<Long> shape, Encoding encoding, Source source) {
    requireLength("tensor name", name, TensorInfoParser.MAX_NAME_BYTES);
    if (shape.isEmpty()
        || shape.size() > TensorInfoParser.MAX_DIMS
        || shape.stream().anyMatch(dim -> dim < 1)
        || shape.getLast() % encoding.blockLength() != 0) {
      throw new IllegalArgumentException(
          "tensor %s: has shape %s, expected 1 to 4 dimensions of at least 1, the last a multiple of %d"
              .formatted(name, shape, encoding.blockLength()));
    }
    int type =
        GgmlTypes.number(encoding)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "tensor %s: GGUF has no number for encoding %s".formatted(name, encoding.id())));
    long bytes = encoding.bytes(shape.stream().reduce(1L, Math::multiplyExact));
    if (tensors.putIfAbsent(name, new Entry(List.copyOf(shape), type, bytes, source)) != null) {
      throw new IllegalArgumentException("tensor %s: was added before".formatted(name));
    }
    return this;
  }

  /**
   * Writes the file. It appears under its name, replacing what was there, when it is complete; tensors may come from the
   * very file that is replaced.
   *
   * @throws IllegalArgumentException if a value does not fit its type
   * @throws IllegalStateException if a source wrote too few or too many bytes
   * @throws IOException if writing fails
   */
  public void write(Path file) throws IOException {
    byte[] header = header();
    FileReplacement.write(
        file,
        channel -> {
          FileReplacement.writeAll(channel, ByteBuffer.wrap(header));
          writeTensors(channel, alignment());
        });
  }

  private byte[] header() {
    var out = new HeaderBytes();
    int alignment = alignment();
    out.i32(GgufHeader.MAGIC);
    out.i32(VERSION);
    out.i64(tensors.size());
    out.i64(metadata.size());
    new MetadataWriter(out).write(metadata);
    long offset = 0;
    for (var tensor : tensors.entrySet()) {
      var entry = tensor.getValue();
      out.string(tensor.getKey());
      out.i32(entry.shape.size());
      entry.shape.reversed().forEach(out::i64);
      out.i32(entry.type);
      out.i64(offset);
      offset += padded(entry.bytes, alignment);
    }
    out.pad(alignment);
    return out.bytes();
  }

  private int alignment() {
    return GgufHeader.alignment(new Metadata("GGUF writer", metadata));
  }

  private void writeTensors(FileChannel channel, int alignment) throws IOException {
    for (var tensor : tensors.entrySet()) {
      var entry = tensor.getValue();
      long start = channel.position();
      entry.source.writeTo(channel);
      long written = channel.position() - start;
      if (written != entry.bytes) {
        throw new IllegalStateException(
            "tensor %s: its source wrote %d bytes, expected %d".formatted(tensor.getKey(), written, entry.bytes));
      }
      FileReplacement.writeAll(channel, ByteBuffer.allocate((int) (padded(written, alignment) - written)));
    }
  }

  private static long padded(long bytes, int alignment) {
    return Math.multiplyExact(Math.ceilDiv(bytes, alignment), (long) alignment);
  }

  private static void requireLength(String what, String name, int maxBytes) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > maxBytes) {
      throw new IllegalArgumentException(
          "%s \"%s\" has %d bytes, expected 1 to %d".formatted(what, Shown.of(name), length, maxBytes));
    }
  }
}
