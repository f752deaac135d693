package io.gatun.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
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
    return folders().stream().map(folder -> folder.resolve(relative)).filter(Files::exists).findFirst();
  }

  /**
   * What is in a folder, in either part of the corpus.
   *
   * @param suffix of the files' names, which the results lack
   * @return in the order of the alphabet
   */
  public static List<String> names(String relative, String suffix) {
    var names = new TreeSet<String>();
    for (Path folder : folders()) {
      try (Stream<Path> files = Files.list(folder.resolve(relative))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(suffix))
            .forEach(name -> names.add(name.substring(0, name.length() - suffix.length())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.copyOf(names);
  }

  /**
   * The layers of quantized safetensors: all of those beside the whole corpus, else those that are committed.
   *
   * @return paths such as {@code gptq/28_v1_wrapped_zero_b4.safetensors} of one folder, in the order of the alphabet
   */
  public static List<Path> vectors() {
    Path root =
        folders().stream()
            .flatMap(folder -> Stream.of(folder.resolve("../formats/vectors"), folder.resolve("vectors")))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(missing("vectors")));
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #vectors}, one of them. */
  public static Path requireVector(String relative) {
    return vectors().stream()
        .filter(file -> file.endsWith(relative))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(missing("vectors/" + relative)));
  }

  private static List<Path> folders() {
    var folders = new ArrayList<Path>();
    for (String property : List.of("gatun.oracle", "gatun.oracle.committed")) {
      String folder = System.getProperty(property, "");
      if (!folder.isEmpty()) {
        if (!Files.isDirectory(Path.of(folder))) {
          throw new IllegalStateException("-D" + property + "=" + folder + ": no such folder");
        }
        folders.add(Path.of(folder));
      }
    }
    return folders;
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
