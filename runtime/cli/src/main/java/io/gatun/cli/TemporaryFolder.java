package io.gatun.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** A folder of our own that is deleted, with all in it, when it is closed. */
record TemporaryFolder(Path path) implements AutoCloseable {

  /** @throws UncheckedIOException if there cannot be one */
  TemporaryFolder() {
    this(create());
  }

  private static Path create() {
    try {
      return Files.createTempDirectory("gatun-bench");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder: %s".formatted(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    try (var all = Files.walk(path)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot delete: %s".formatted(path, e.getMessage()), e);
    }
  }
}
