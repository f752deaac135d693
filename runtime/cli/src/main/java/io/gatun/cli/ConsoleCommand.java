package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What all commands share: the streams, {@code --help}, {@code --debug}, and success unless something is thrown. */
@Command(
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%nArguments:%n",
    descriptionHeading = "%n",
    headerHeading = "",
    synopsisHeading = "Usage: ")
abstract sealed class ConsoleCommand implements Commands.OnConsole, Callable<Integer>
    permits ChatCommand,
        RunCommand,
        TokenizeCommand,
        DetokenizeCommand,
        TemplateCommand,
        LogitsCommand,
        EmbedCommand,
        DequantizeCommand,
        InspectCommand,
        PerplexityCommand,
        SynthCommand,
        BenchCommand,
        ConvertCommand,
        HelpCommand {
  @Mixin CommonOptions common = new CommonOptions();

  private @Nullable Console console;

  @Override
  public void use(Console streams) {
    this.console = streams;
  }

  final Console console() {
    if (console == null) {
      throw new IllegalStateException("a command without a console: make it with Commands");
    }
    return console;
  }
}
