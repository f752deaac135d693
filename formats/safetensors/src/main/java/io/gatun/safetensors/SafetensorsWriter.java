package io.gatun.safetensors;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.FileReplacement;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a safetensors file: collect texts and tensors, in the order they shall have in the file, then {@link #write}.
 * Tensor bytes are asked for one tensor after another while the file grows, so it may be larger than memory. Data begin
 * at a multiple of eight bytes; tensors follow each other without gaps.
 *
 * <p>Not thread-safe.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private record Entry(String type, List<Long> shape, long bytes, FileReplacement.Content source) {}

  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
  private final SequencedMap<String, Entry> tensors = new LinkedHashMap<>();

  /** A file with neither texts nor tensors yet. */
  public SafetensorsWriter() {}

  /** Adds or replaces a text of {@code __metadata__}. */
  public SafetensorsWriter put(String key, String text) {
    metadata.put(key, text);
    return this;
  }

  /**
   * Adds a tensor whose bytes are at hand and stay valid until {@link #write} returns.
   *
   * @throws IllegalArgumentException as {@link #add(String, List, Encoding, FileReplacement.Content)}
   */
  public SafetensorsWriter add(TensorData tensor) {
    return add(tensor.name(), tensor.shape(), tensor.encoding(), out -> FileReplacement.copy(tensor.bytes(), out));
  }

  /**
   * Adds a tensor.
   *
   * @param name not added before
   * @param shape dimensions, slowest first, each ≥ 0; none for a single number
   * @param source writes all bytes of the tensor, no more and no fewer
   * @throws IllegalArgumentException if the name or the shape is not so, or the format has no name for the encoding
   */
  public SafetensorsWriter add(String name, List<Long> shape, Encoding encoding, FileReplacement.Content source) {
    String type =
        SafetensorsTypes.name(encoding)
            .orElseThrow(() -> new IllegalArgumentException("tensor %s: safetensors has no name for %s".formatted(name, encoding.id())));
    if (shape.stream().anyMatch(dim -> dim < 0) || name.equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("tensor %s: has shape %s".formatted(Shown.of(name), shape));
    }
    long bytes = encoding.bytes(shape.stream().reduce(1L, Math::multiplyExact));
    if (tensors.putIfAbsent(name, new Entry(type, List.copyOf(shape), bytes, source)) != null) {
      throw new IllegalArgumentException("tensor %s: was added before".formatted(Shown.of(name)));
    }
    return this;
  }

  /**
   * Writes the file. It appears under its name, replacing what was there, when it is complete; tensors may come from the
   * very file that is replaced.
   *
   * @throws IllegalStateException if a source wrote too few or too many bytes
   * @throws IOException if writing fails
   */
  public void write(Path file) throws IOException {
    byte[] header = header();
    var length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip();
    FileReplacement.write(
        file,
        channel -> {
          FileReplacement.writeAll(channel, length);
          FileReplacement.writeAll(channel, ByteBuffer.wrap(header));
          writeTensors(channel);
        });
  }

  private byte[] header() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject(SafetensorsHeader.METADATA);
      metadata.forEach(texts::put);
    }
    long offset = 0;
    for (var tensor : tensors.entrySet()) {
      Entry entry = tensor.getValue();
      ObjectNode node = root.putObject(tensor.getKey()).put("dtype", entry.type);
      entry.shape.forEach(node.putArray("shape")::add);
      node.putArray("data_offsets").add(offset).add(offset + entry.bytes);
      offset = Math.addExact(offset, entry.bytes);
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private void writeTensors(FileChannel channel) throws IOException {
    for (var tensor : tensors.entrySet()) {
      long start = channel.position();
      tensor.getValue().source.writeTo(channel);
      long written = channel.position() - start;
      if (written != tensor.getValue().bytes) {
        throw new IllegalStateException(
            "tensor %s: its source wrote %d bytes, expected %d"
                .formatted(Shown.of(tensor.getKey()), written, tensor.getValue().bytes));
      }
    }
  }
}
