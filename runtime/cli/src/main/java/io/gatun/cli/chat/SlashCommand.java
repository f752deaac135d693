package io.gatun.cli.chat;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** The commands of a conversation, which begin with a slash. */
enum SlashCommand {
  HELP("/help", "/?", "", "this list", Argument.NONE),
  BYE("/bye", "/exit /quit /x", "", "leave; Ctrl-D does it too", Argument.NONE),
  CLEAR("/clear", "/new", "", "forget the conversation; system message and settings stay", Argument.NONE),
  REGEN("/regen", "/r /retry", "", "answer the last message again", Argument.NONE),
  UNDO("/undo", "/u", "", "take back the last message and its answer", Argument.NONE),
  FORK("/fork", "", "[NAME]", "go on in a new branch; the one before stays as it is", Argument.WORDS),
  BRANCH("/branch", "/branches /switch", "[NAME]", "go to a branch; without NAME list them", Argument.WORDS),
  DROP("/drop", "", "NAME", "forget a branch", Argument.WORDS),
  SYSTEM("/system", "", "[TEXT]", "set the system message; without TEXT show it; \"\" takes it away", Argument.WORDS),
  THINK("/think", "", "on | off | hide | low | medium | high", "whether the model thinks before it answers; hide: without showing it", Argument.WORDS),
  VAR("/var", "", "NAME=VALUE", "set a variable of the chat template; without one list them", Argument.WORDS),
  SET("/set", "", "parameter [NAME VALUE] | system TEXT | think [on] | nothink | verbose | quiet | history | nohistory", "change a setting", Argument.WORDS),
  SHOW("/show", "", "info | parameters | system | template | license", "show the model or a setting", Argument.WORDS),
  STATS("/stats", "/context /tps", "", "kernels, threads, cache and the last speeds", Argument.NONE),
  READ("/read", "", "FILE", "send a file's text as the message", Argument.FILE),
  SAVE("/save", "", "FILE", "save conversation, settings and cache; to FILE.json without the cache", Argument.FILE),
  LOAD("/load", "", "FILE", "go on with a saved conversation, at once", Argument.FILE),
  MODEL("/model", "/m", "[FILE]", "talk with another model; without FILE name this one", Argument.FILE);

  /** What follows a command. */
  enum Argument {
    NONE,
    WORDS,
    FILE
  }

  private static final int WIDTH = 26;

  private final String word;
  /** Separated by spaces. */
  private final String aliases;
  private final String usage;
  private final String description;
  private final Argument argument;

  SlashCommand(String word, String aliases, String usage, String description, Argument argument) {
    this.word = word;
    this.aliases = aliases;
    this.usage = usage;
    this.description = description;
    this.argument = argument;
  }

  /** The command that a word names, if it names one. */
  static Optional<SlashCommand> named(String word) {
    return Arrays.stream(values()).filter(command -> command.words().anyMatch(word::equals)).findFirst();
  }

  /** Its name, then its other names. */
  Stream<String> words() {
    return Stream.concat(Stream.of(word), Arrays.stream(aliases.split(" ")).filter(alias -> !alias.isEmpty()));
  }

  String word() {
    return word;
  }

  String description() {
    return description;
  }

  Argument argument() {
    return argument;
  }

  /** {@code /read FILE}. */
  String usage() {
    return usage.isEmpty() ? word : word + " " + usage;
  }

  /** All commands and keys, without a newline at the end. */
  static String help() {
    var text = new StringBuilder();
    for (SlashCommand command : values()) {
      String left = (String.join(", ", command.words().toList()) + " " + command.usage).strip();
      text.append(entry(left, command.description)).append('\n');
    }
    return text.append('\n')
        .append(entry("\"\"\"", "begins and ends a message of several lines; so does \\ at the end of a line\n"))
        .append(entry("Ctrl-C", "stops the answer; on an empty line, twice leaves\n"))
        .append(entry("Tab", "completes commands and file names; ↑ ↓ Ctrl-R look through the history\n"))
        .append("  A line that begins with a space is not kept in the history.")
        .toString();
  }

  /** What is too long for its column has a line of its own. */
  private static String entry(String left, String right) {
    boolean fits = left.length() < WIDTH;
    return "  " + left + (fits ? " ".repeat(WIDTH - left.length()) : "\n  " + " ".repeat(WIDTH)) + right;
  }
}
