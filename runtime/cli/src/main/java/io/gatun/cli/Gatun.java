package io.gatun.cli;

import io.gatun.cli.terminal.UsageException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The top level, without the commands, which {@link CommandLines} adds. */
@Command(
    name = "gatun",
    description = "Runs language models on the JVM.",
    versionProvider = Version.class,
    footer = {"", "Try `gatun chat` to talk to the story model that comes along, `gatun help run` for a command's options."})
final class Gatun implements Callable<Integer> {
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print version and kernel tier.")
  boolean version;

  @Override
  public Integer call() {
    throw new UsageException("no command given: try `gatun chat`, or `gatun help` for the list");
  }
}
