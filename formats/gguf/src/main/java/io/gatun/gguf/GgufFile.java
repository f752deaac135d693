package io.gatun.gguf;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FileMapping;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An opened GGUF file, or all parts of a split one: mapped, checked, and computed in place. Only metadata and the table
 * of tensors are on the heap.
 *
 * <p>Owned by whoever opened it. Thread-safe; {@link #close} may be called from any thread and more than once. Metadata
 * stays readable after it.
 */
public final class GgufFile implements Checkpoint {
  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final SequencedMap<String, TensorData> tensors = new LinkedHashMap<>();
  private final GgufHeader header;
  private long sizeBytes;

  private GgufFile(Path path) throws IOException {
    this.path = path;
    boolean opened = false;
    try {
      header = addPart(path);
      Splits.readRest(path, header.metadata(), this::addPart);
      requireTensorCount();
      opened = true;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /**
   * Maps a file of GGUF version 1, 2 or 3. Given the first part of a split model, {@code NAME-00001-of-00003.gguf}, maps
   * all parts.
   *
   * @throws FormatException if the file is malformed, truncated or big-endian, or a part is missing
   * @throws io.gatun.tensors.UnsupportedModelException if a tensor's type is unknown
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws IOException if the system refuses to open or map it
   */
  public static GgufFile open(Path path) throws IOException {
    return new GgufFile(path);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String format() {
    return "GGUF v" + header.version();
  }

  /** The version the file states: 1, 2 or 3. */
  public int version() {
    return header.version();
  }

  /** Tensors begin at multiples of this many bytes. */
  public int alignment() {
    return header.alignment();
  }

  /** The metadata of the file, or of the first part. */
  @Override
  public Metadata metadata() {
    return header.metadata();
  }

  /** @throws IllegalStateException if closed */
  @Override
  public SequencedMap<String, TensorData> tensors() {
    if (closed.get()) {
      throw new IllegalStateException(path + ": is closed, its tensors are gone");
    }
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** @throws IllegalStateException if a native call is reading a tensor at this moment; the file then stays open */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      boolean released = false;
      try {
        arena.close();
        released = true;
      } finally {
        closed.set(released);
      }
    }
  }

  private GgufHeader addPart(Path part) throws IOException {
    MemorySegment bytes = FileMapping.map(part, "a GGUF file", arena);
    var parsed = GgufHeader.parse(part.toString(), bytes);
    sizeBytes += bytes.byteSize();
    for (var info : parsed.tensors()) {
      var data =
          new TensorData(
              info.name(),
              info.dims().reversed(),
              info.encoding(),
              List.of(bytes.asSlice(info.start(), info.bytes())));
      if (tensors.put(info.name(), data) != null) {
        throw new FormatException(
            "%s: tensor %s is in an earlier part too".formatted(part, Shown.of(info.name())));
      }
    }
    return parsed;
  }

  private void requireTensorCount() {
    var stated = header.metadata().optionalInteger(Splits.TENSORS_KEY);
    if (Splits.count(header.metadata()) > 1 && stated.isPresent() && stated.getAsLong() != tensors.size()) {
      throw new FormatException(
          "%s: key %s is %d, but the parts hold %d tensors"
              .formatted(path, Splits.TENSORS_KEY, stated.getAsLong(), tensors.size()));
    }
  }
}
