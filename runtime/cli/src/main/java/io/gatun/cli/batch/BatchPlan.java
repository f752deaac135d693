package io.gatun.cli.batch;

import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is to do. Immutable.
 *
 * @param input lines of JSON
 * @param output as many lines
 * @param defaults sampling where a line says nothing; given the texts that end a generation, or none for the default ones
 * @param variables of the chat template, where a line says nothing else
 * @param seed of the run; empty for a random one
 * @param parallel most requests computed at a time, ≥ 1
 * @param options those that results depend on, as given
 */
public record BatchPlan(
    Path input,
    Path output,
    Function<Optional<List<String>>, Sampling> defaults,
    Map<String, @Nullable Object> variables,
    OptionalLong seed,
    int parallel,
    SequencedMap<String, String> options) {

  /**
   * Looks at the files.
   *
   * @throws UsageException if they cannot be used
   */
  public BatchPlan {
    if (parallel < 1) {
      throw new UsageException("--parallel %d: expected 1 or more".formatted(parallel));
    }
    requireFile(input, "--input");
    if (Files.exists(output)) {
      requireFile(output, "--output");
    }
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UsageException("--output %s: there is no folder %s: make it first".formatted(output, folder));
    }
    requireDifferent(input, output);
    requireDifferent(input, Journal.beside(output));
  }

  private static void requireFile(Path path, String option) {
    if (!Files.exists(path)) {
      String hint = path.toString().equals("-") ? ": expected a file, since a resumed run reads it again" : ": no such file";
      throw new UsageException(option + " " + path + hint);
    }
    if (Files.isDirectory(path)) {
      throw new UsageException("%s %s: is a folder, expected a file of JSON lines".formatted(option, path));
    }
    if (!Files.isRegularFile(path)) {
      throw new UsageException(
          "%s %s: is a pipe or a device, expected a regular file, since an interrupted run goes on from it"
              .formatted(option, path));
    }
  }

  private static void requireDifferent(Path input, Path written) {
    try {
      if (Files.exists(written) && Files.isSameFile(input, written)) {
        throw new UsageException("%s: is the input and would be written: name another output".formatted(written));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(written, e.getMessage()), e);
    }
  }
}
