package io.gatun.cli;

import io.gatun.cli.terminal.Console;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the command objects, and gives each the console. */
record Commands(Console console) implements IFactory {

  /** A command that reads or writes the process's streams. */
  interface OnConsole {
    void use(Console console);
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    K made = CommandLine.defaultFactory().create(type);
    if (made instanceof OnConsole command) {
      command.use(console);
    }
    return made;
  }
}
