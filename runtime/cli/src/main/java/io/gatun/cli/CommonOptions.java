package io.gatun.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Taken by every command. */
@Command
final class CommonOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this page.")
  boolean help;

  @Option(names = "--debug", description = "Print the stack trace of an error.")
  boolean debug;
}
