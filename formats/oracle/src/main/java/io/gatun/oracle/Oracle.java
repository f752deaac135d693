package io.gatun.oracle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reference data made by implementations that are not ours. A part of it is committed with the project, so that the
 * tests run for anyone; the whole is used where {@code -Dgatun.oracle=DIR} names it.
 */
public final class Oracle {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Oracle() {}

  /**
   * Finds a file or folder: first in the whole corpus, then in the committed part.
   *
   * @param relative for example {@code models/llama.gguf}
   * @return empty if neither has it; tests then abort with a message, see {@link #missing}
   */
  public static Optional<Path> find(String relative) {
    for (String property : new String[] {"gatun.oracle", "gatun.oracle.committed"}) {
      String folder = System.getProperty(property, "");
      if (!folder.isEmpty()) {
        if (!Files.isDirectory(Path.of(folder))) {
          throw new IllegalStateException("-D" + property + "=" + folder + ": no such folder");
        }
        Path path = Path.of(folder).resolve(relative);
        if (Files.exists(path)) {
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }

  /** As {@link #find}, for data that is committed and so must be there. */
  public static Path require(String relative) {
    return find(relative).orElseThrow(() -> new IllegalStateException(missing(relative)));
  }

  /** What to say when a test is skipped for want of {@code relative}. */
  public static String missing(String relative) {
    return "reference data " + relative + " is not committed; give the whole corpus with -Dgatun.oracle=DIR";
  }

  public static JsonNode json(Path path) {
    return JSON.readTree(path.toFile());
  }

  /** Parses one line of JSON. */
  public static JsonNode json(String line) {
    return JSON.readTree(line);
  }
}
