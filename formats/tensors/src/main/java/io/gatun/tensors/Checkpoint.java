package io.gatun.tensors;

import java.nio.file.Path;
import java.util.SequencedMap;

/**
 * An opened model: its metadata and its named tensors. Owns the mapping of the file; after {@link #close} every access
 * to a tensor's bytes fails with an {@link IllegalStateException}.
 *
 * <p>Thread-safe. Closing while another thread reads a tensor fails the reader, never the process.
 */
public interface Checkpoint extends AutoCloseable {

  /** The file or folder it was opened from (the first part of a split file). */
  Path path();

  /** The container format in a word or two, for people: {@code GGUF v3}. */
  String format();

  Metadata metadata();

  /** The tensors by name, in file order. */
  SequencedMap<String, TensorData> tensors();

  /**
   * What the file itself calls a tensor, for messages.
   *
   * @param name as in {@link #tensors}; the tensor may be missing
   */
  default String storedName(String name) {
    return name;
  }

  /** Bytes of all parts. */
  long sizeBytes();

  @Override
  void close();
}
