package io.gatun.safetensors;

import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FileMapping;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Shown;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An opened folder of safetensors files, or a lone file: mapped, checked, and computed in place. Quantized layers appear
 * as one tensor each, under the name that the weight has in an unquantized model; {@link #stored} shows what the files
 * hold. On the heap are names, shapes, and small tables of some layers, such as permutations.
 *
 * <p>Owned by whoever opened it. Thread-safe; {@link #close} may be called from any thread and more than once. Metadata
 * stays readable after it.
 */
public final class SafetensorsDir implements Checkpoint {
  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final SequencedMap<String, TensorData> stored = new LinkedHashMap<>();
  private final Map<String, Path> origins = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final LinearLayers layers;
  private final Metadata metadata;
  private long sizeBytes;

  private SafetensorsDir(Path path) throws IOException {
    this.path = path;
    boolean opened = false;
    try {
      boolean isFolder = Files.isDirectory(path);
      for (Path file : isFolder ? Shards.of(path) : List.of(path)) {
        add(file);
      }
      Path folder = isFolder ? path : path.toAbsolutePath().getParent();
      Path beside = folder == null ? path : folder;
      if (isFolder) {
        warnings.addAll(Shards.staleness(path, stored.keySet()));
      }
      var config = ModelConfig.read(beside, texts);
      layers = LinearLayers.of(path.toString(), stored, config);
      metadata = ConfigMetadata.of(path.toString(), config.model(), texts);
      opened = true;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /**
   * Maps all safetensors files of a folder, or one file. A lone file may carry the configuration of its quantization in
   * {@code __metadata__}; else what lies beside it is read.
   *
   * @throws FormatException if a file is malformed or truncated, tensors of a layer contradict each other, or a numbered
   *     file is missing
   * @throws io.gatun.tensors.UnsupportedModelException if a tensor's type is unknown, or a layer's layout is for one kind
   *     of GPU
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws IOException if the system refuses to open or map it
   */
  public static SafetensorsDir open(Path path) throws IOException {
    return new SafetensorsDir(path);
  }

  /** Whether a path looks like something for {@link #open}: a file with the format's extension, or a folder with one. */
  public static boolean matches(Path path) throws IOException {
    return Files.isDirectory(path) ? !Shards.names(path).isEmpty() : path.toString().endsWith(Shards.EXTENSION);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String format() {
    return "safetensors";
  }

  /** {@code config.json} and the files' own texts: see {@code gatun inspect}. */
  @Override
  public Metadata metadata() {
    return metadata;
  }

  /** @throws IllegalStateException if closed */
  @Override
  public SequencedMap<String, TensorData> tensors() {
    requireOpen();
    return layers.tensors();
  }

  /**
   * The tensors as the files hold them, in file order.
   *
   * @throws IllegalStateException if closed
   */
  public SequencedMap<String, TensorData> stored() {
    requireOpen();
    return Collections.unmodifiableSequencedMap(stored);
  }

  /**
   * Names of tensors that a model may leave unread: scales of a quantized cache, and the biases of zeros that GPTQ's
   * writers add to layers that have none.
   */
  public Set<String> optional() {
    return layers.optional();
  }

  /** What is odd but harmless: tensors in two files, of which the last wins; an index that is stale. One line each. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** @throws IllegalStateException if a native call is reading a tensor at this moment; the files then stay open */
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

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException(path + ": is closed, its tensors are gone");
    }
  }

  private void add(Path file) throws IOException {
    MemorySegment bytes = FileMapping.map(file, "a safetensors file", arena);
    var header = SafetensorsHeader.parse(file.toString(), bytes);
    sizeBytes += bytes.byteSize();
    texts.putAll(header.metadata());
    for (var tensor : header.tensors()) {
      var plane = bytes.asSlice(tensor.start(), tensor.end() - tensor.start());
      var data = new TensorData(tensor.name(), tensor.shape(), tensor.encoding(), List.of(plane));
      stored.put(tensor.name(), data);
      Path before = origins.put(tensor.name(), file);
      if (before != null) {
        warnings.add("%s: tensor %s is in %s too; this one is used".formatted(file, Shown.of(tensor.name()), before));
      }
    }
  }
}
