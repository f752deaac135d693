package io.gatun.cli;

import io.gatun.cli.terminal.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code --draft MODEL}: who guesses ahead. How it does is among the {@link SamplingOptions}. */
@Command
final class DraftOption {
  @Option(
      names = {"-md", "--draft", "--model-draft", "--spec-draft-model"},
      paramLabel = "MODEL",
      description = {
        "A smaller model of the same vocabulary, which guesses tokens that are then computed together: the same text "
            + "in less time, if the guesses are often right."
      })
  @Nullable Path path;

  /** @throws UsageException if it is no file but a number, as llama.cpp's option of that name has it */
  Optional<Path> model() {
    if (path != null && path.toString().matches("\\d+") && !Files.exists(path)) {
      throw new UsageException(
          "--draft %s: expected a model's file; the number of tokens is --draft-max".formatted(path));
    }
    return Optional.ofNullable(path);
  }
}
