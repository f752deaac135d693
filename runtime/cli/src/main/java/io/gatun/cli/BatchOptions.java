package io.gatun.cli;

import io.gatun.cli.terminal.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A file of prompts in, a file of answers out. */
@Command
final class BatchOptions {
  static final int PARALLEL = 32;

  /** Options that results do not depend on, or that are told apart otherwise: the model and the seed. */
  private static final Set<String> INDIFFERENT =
      Set.of(
          "--model", "--seed", "--input", "--output", "--parallel", "--threads", "--prompt-chunk", "--stats", "--debug",
          "--draft", "--speculate", "--draft-adaptive", "--draft-max", "--draft-min", "--draft-p-min");

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "Batch: JSON lines, each with a prompt or messages; needs --output.")
  @Nullable Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Batch: one line for each of the input's, in its order. An interrupted run goes on when repeated.")
  @Nullable Path output;

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      description = "Batch: most requests computed together (default: 32). Results do not depend on it.")
  @Nullable Integer parallel;

  /**
   * Whether there is a batch.
   *
   * @throws UsageException if its options are not complete
   */
  boolean given() {
    if ((input == null) != (output == null)) {
      throw new UsageException("a batch needs both --input FILE and --output FILE");
    }
    if (input == null && parallel != null) {
      throw new UsageException("--parallel is for a batch: expected --input FILE and --output FILE");
    }
    return input != null;
  }

  /** Of the options given, those that decide what is written, with their values. */
  static SequencedMap<String, String> decisive(List<OptionSpec> given) {
    var decisive = new TreeMap<String, String>();
    for (OptionSpec option : given) {
      if (Arrays.stream(option.names()).noneMatch(INDIFFERENT::contains)) {
        decisive.put(option.names()[0], String.join(" ", option.originalStringValues()));
      }
    }
    return decisive;
  }
}
