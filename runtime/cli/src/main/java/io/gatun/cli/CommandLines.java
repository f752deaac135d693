package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.UsageException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the command that the arguments name, runs it, and turns what goes wrong into one line and an exit code. */
final class CommandLines {
  private static final String HELP = "help";

  /** In the order in which {@code gatun help} lists them. */
  private static final List<Class<? extends ConsoleCommand>> COMMANDS =
      List.of(
          ChatCommand.class,
          RunCommand.class,
          TokenizeCommand.class,
          DetokenizeCommand.class,
          TemplateCommand.class,
          LogitsCommand.class,
          EmbedCommand.class,
          DequantizeCommand.class,
          InspectCommand.class,
          PerplexityCommand.class,
          SynthCommand.class,
          BenchCommand.class,
          ConvertCommand.class,
          HelpCommand.class);

  private CommandLines() {}

  /** Runs {@code args}; returns the exit code. */
  static int run(Console console, String... args) {
    try {
      return build(console, args.length == 0 ? "" : args[0]).execute(args);
    } catch (StackOverflowError | OutOfMemoryError e) {
      return report(console, e, Arrays.asList(args).contains("--debug"));
    }
  }

  /**
   * With the one command that the first argument names, since describing all of them to the parser takes longer than
   * most of them; with all of them for help.
   */
  private static CommandLine build(Console console, String first) {
    var line = new CommandLine(new Gatun(), new Commands(console));
    COMMANDS.stream()
        .filter(type -> first.equals(HELP) || first.equals(type.getAnnotation(Command.class).name()))
        .forEach(line::addSubcommand);
    boolean colours = console.outIsTerminal() && Console.coloursWanted();
    return line.setOut(console.outWriter())
        .setErr(new PrintWriter(new StringWriter()))
        .setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF))
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(false)
        .setUnmatchedOptionsArePositionalParams(false)
        .setAbbreviatedOptionsAllowed(false)
        .setParameterExceptionHandler((e, _) -> report(console, usage(e), debug(e.getCommandLine())))
        .setExecutionExceptionHandler((e, command, _) -> report(console, e, debug(command)));
  }

  private static int report(Console console, Throwable thrown, boolean debug) {
    Failure failure = Failure.of(thrown);
    failure.print(console.err());
    if (debug) {
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      console.err().text(trace.toString()).flush();
    }
    return failure.exitCode();
  }

  /** Where parsing failed there is no parsed {@code --debug}, so this looks at the words. */
  private static boolean debug(CommandLine command) {
    var parsed = command.getParseResult();
    return parsed != null && parsed.originalArgs().contains("--debug");
  }

  private static UsageException usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    boolean top = command.getParent() == null;
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> words = unmatched.getUnmatched();
      String word = words.isEmpty() ? "" : words.getFirst();
      if (top && !word.startsWith("-")) {
        return new UsageException("unknown command '%s': `gatun help` lists the commands".formatted(word));
      }
      String kind = word.startsWith("-") ? "unknown option" : "unexpected argument";
      return new UsageException("%s '%s': see `%s`".formatted(kind, word, helpFor(command)));
    }
    return new UsageException("%s: see `%s`".formatted(e.getMessage(), helpFor(command)));
  }

  private static String helpFor(CommandLine command) {
    return command.getParent() == null ? "gatun help" : "gatun help " + command.getCommandName();
  }
}
