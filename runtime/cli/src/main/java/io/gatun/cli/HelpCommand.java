package io.gatun.cli;

import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun help [COMMAND]}. */
@Command(name = "help", header = "Describe a command, or list them.")
final class HelpCommand extends ConsoleCommand {
  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to describe.")
  @Nullable String command;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine top = spec().commandLine().getParent();
    CommandLine described = command == null ? top : top.getSubcommands().get(command);
    if (described == null) {
      throw new UsageException("unknown command '%s': `gatun help` lists the commands".formatted(command));
    }
    console().out().text(described.getUsageMessage(top.getColorScheme())).flush();
    return Failure.DONE;
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not made by the command line's parser");
    }
    return spec;
  }
}
