package io.gatun.text;

import io.gatun.gguf.GgufFile;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Vocabulary files of the reference data. */
final class Vocabularies {
  private Vocabularies() {}

  /** The metadata of a committed vocabulary, by its path without {@code .gz}. */
  static Metadata committed(String relative) {
    return find(relative).orElseThrow(() -> new IllegalStateException(Oracle.missing(relative)));
  }

  /** The metadata of a vocabulary, by its path without {@code .gz}; empty if only the whole corpus has it. */
  static Optional<Metadata> find(String relative) {
    return Oracle.find(relative).or(() -> Oracle.find(relative + ".gz")).map(Vocabularies::read);
  }

  static Metadata read(Path path) {
    try {
      return path.toString().endsWith(".gz") ? unpack(path) : open(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Metadata open(Path path) throws IOException {
    try (var checkpoint = GgufFile.open(path)) {
      return checkpoint.metadata();
    }
  }

  private static Metadata unpack(Path packed) throws IOException {
    Path unpacked = Files.createTempFile("vocabulary", ".gguf");
    try (var in = new GZIPInputStream(Files.newInputStream(packed))) {
      Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
      return open(unpacked);
    } finally {
      Files.delete(unpacked);
    }
  }
}
