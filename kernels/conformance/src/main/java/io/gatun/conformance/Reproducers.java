package io.gatun.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/** Cases that some kernel once got wrong, one a line, in a file that every run of the suite replays first. Stateless. */
public final class Reproducers {
  private static final String FILE = "reproducers.txt";

  private Reproducers() {}

  /** @throws IllegalArgumentException if a line is not a case */
  public static List<ProductCase> saved() {
    var stream = Objects.requireNonNull(Reproducers.class.getResourceAsStream(FILE), FILE);
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(ProductCase::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds a case to the end of a file. */
  static void append(ProductCase found, Path file) {
    try {
      Files.writeString(file, found + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot save the reproducer '%s'".formatted(found), e);
    }
  }
}
