package io.gatun.cli.synth;

import io.gatun.cli.terminal.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a synthetic model is stored as: a GGUF file of some type, or a Hugging Face folder in some format. */
public sealed interface SyntheticType permits FileType, FolderType {

  /**
   * What was written.
   *
   * @param tensors how many
   * @param bytes of the tensors' data
   */
  record Written(int tensors, long bytes) {}

  /** In lower case. */
  String id();

  /**
   * Writes a model; the same arguments give the same bytes.
   *
   * @param out a file or a folder, as {@link #isFolder} says
   * @throws UsageException if a folder holds weights of something else
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  Written write(Shape shape, long seed, Path out);

  /** Whether it is a folder. */
  boolean isFolder();

  /** All types, files first. */
  static List<SyntheticType> all() {
    return Stream.<SyntheticType>concat(Stream.of(FileType.values()), Stream.of(FolderType.values())).toList();
  }

  /** The names of {@link #all}. */
  static List<String> names() {
    return all().stream().map(SyntheticType::id).toList();
  }

  /**
   * The type of that name, in any case; {@code q3_k}, {@code q4_k} and {@code q5_k} mean the medium mix.
   *
   * @throws UsageException if there is none, listing all
   */
  static SyntheticType of(String name) {
    return all().stream()
        .filter(type -> type.id().equalsIgnoreCase(name) || type.id().equalsIgnoreCase(name + "_m"))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("unknown type '%s': expected one of %s".formatted(name, String.join(", ", names()))));
  }
}
