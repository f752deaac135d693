package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Failure;

/** The program {@code gatun}. The only place that ends the process. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    System.exit(run(Console.system(), args));
  }

  /** Runs one command; returns the exit code when all that it printed has been written. */
  static int run(Console console, String... args) {
    int exitCode = CommandLines.run(console, args);
    try {
      console.out().flush();
      console.err().flush();
      return exitCode;
    } catch (RuntimeException e) {
      if (exitCode != Failure.DONE) {
        return exitCode; // it was said already
      }
      Failure failure = Failure.of(e);
      failure.print(console.err());
      return failure.exitCode();
    }
  }
}
