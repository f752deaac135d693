package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several commands one after the other in one JVM, which records what a start of the program needs: a JVM takes the
 * record of one run only.
 */
public final class Rehearsal {
  /** Stands between commands. */
  private static final String THEN = "--then";

  private Rehearsal() {}

  /**
   * Runs the commands up to the first that fails, and ends the process with its exit code.
   *
   * @param args the commands with their options, with {@code --then} between them
   */
  public static void main(String[] args) {
    Console console = Console.system();
    int exitCode = Failure.DONE;
    List<String> words = Arrays.asList(args);
    for (int from = 0; from < words.size() && exitCode == Failure.DONE; ) {
      var command = new ArrayList<>(words.subList(from, words.size()));
      if (command.contains(THEN)) {
        command.subList(command.indexOf(THEN), command.size()).clear();
      }
      exitCode = Main.run(console, command.toArray(String[]::new));
      from += command.size() + 1;
    }
    System.exit(exitCode);
  }
}
