package io.gatun.cli.chat;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Engine;
import io.gatun.engine.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A saved conversation: a session file with the transcript as its note, or, where the name ends in {@code .json}, the
 * transcript alone, whose cache is computed again.
 *
 * @param transcript what was said, and the settings
 * @param session with the cache, if the file has it; the caller's to close
 */
record ConversationFile(Transcript transcript, Optional<Session> session) {

  /**
   * Writes it whole or not at all: first beside the file, then in its place.
   *
   * @throws UsageException if the name cannot be a file's
   */
  static void save(Path file, Transcript transcript, Session session) {
    requirePlace(file);
    try {
      if (isText(file)) {
        write(file.toAbsolutePath(), transcript.json());
      } else {
        session.save(file, transcript.json());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot save: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** @throws UsageException if it is a folder, or lies in none */
  static void requirePlace(Path file) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": is a folder, expected a file");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UsageException("%s: no such folder: %s".formatted(file, folder));
    }
  }

  /**
   * Reads a file of either kind.
   *
   * @throws UsageException if there is none, or it was saved with another type of cache
   * @throws IllegalArgumentException if it was saved with another model
   * @throws io.gatun.tensors.FormatException if it is cut or damaged
   */
  static ConversationFile load(Path file, Engine engine) {
    Paths.requireFile(file);
    try {
      if (isText(file) || startsAsJson(file)) {
        return new ConversationFile(Transcript.parse(Paths.text(file), file.toString()), Optional.empty());
      }
      return withCache(file, engine);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static ConversationFile withCache(Path file, Engine engine) throws IOException {
    Session session = engine.restore(file);
    boolean fits = false;
    try {
      Transcript transcript = Transcript.parse(session.note(), file.toString());
      if (!transcript.cache().equals(engine.cacheTypes())) {
        throw new UsageException(
            "%s: was saved with the cache %s, this one is %s: start with the same --cache-type-k and --cache-type-v"
                .formatted(file, transcript.cache(), engine.cacheTypes()));
      }
      fits = true;
      return new ConversationFile(transcript, Optional.of(session));
    } finally {
      if (!fits) {
        session.close();
      }
    }
  }

  private static boolean isText(Path file) {
    return file.toString().endsWith(".json");
  }

  private static boolean startsAsJson(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return bytes.read() == '{';
    }
  }

  private static void write(Path target, String text) throws IOException {
    Path beside = Files.createTempFile(target.getParent(), ".gatun", ".tmp");
    try {
      Files.writeString(beside, text, StandardCharsets.UTF_8);
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
