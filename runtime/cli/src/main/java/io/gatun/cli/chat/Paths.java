package io.gatun.cli.chat;

import io.gatun.cli.terminal.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names as people type them: {@code ~/} is home, quotes around are not part of the name. */
final class Paths {
  private Paths() {}

  /** @throws UsageException if nothing was typed, or what cannot be a name */
  static Path typed(String text, String usage) {
    String name = text.strip();
    if (name.length() >= 2 && (name.charAt(0) == '"' || name.charAt(0) == '\'') && name.endsWith(name.substring(0, 1))) {
      name = name.substring(1, name.length() - 1);
    }
    if (name.isEmpty()) {
      throw new UsageException("no file given: " + usage);
    }
    try {
      return expanded(name);
    } catch (InvalidPathException e) {
      throw new UsageException("'%s' is not a file name: %s".formatted(name, e.getReason()));
    }
  }

  static Path expanded(String name) {
    return name.startsWith("~/") ? Path.of(System.getProperty("user.home"), name.substring(2)) : Path.of(name);
  }

  /** @throws UsageException if it is a folder or does not exist */
  static void requireFile(Path file) {
    if (!Files.exists(file)) {
      throw new UsageException(file + ": no such file");
    }
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": is a folder, expected a file");
    }
  }

  /** @throws UsageException if it is a folder or does not exist */
  static String text(Path file) {
    requireFile(file);
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
