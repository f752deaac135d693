package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Completion;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.Message;
import io.gatun.engine.Sampling;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** The conversation at a screen: reads messages and commands until somebody leaves. Confined to one thread. */
public final class Repl implements AutoCloseable {

  /** What is said below an answer. */
  private enum Footer {
    NONE,
    LINE,
    DETAILS
  }

  private final Console console;
  private final Screen screen;
  private final Conversation conversation = new Conversation();
  private final Parameters parameters;
  private Partner partner;
  private Footer footer;
  private Optional<Completion> last = Optional.empty();
  private long regenerations;

  private Repl(Console console, Screen screen, Partner partner, Parameters parameters) {
    this.console = console;
    this.screen = screen;
    this.partner = partner;
    this.parameters = parameters;
    this.footer = screen.isInteractive() ? Footer.LINE : Footer.NONE;
  }

  /**
   * Opens the model, then the screen: a terminal if the process has one.
   *
   * @param system the system message, empty for none
   */
  public static Repl open(Console console, Path model, EngineOptions options, Sampling sampling, String system) {
    var partner = new Partner(LoadedModel.open(console, model, options));
    boolean ready = false;
    try {
      Screen screen = TerminalScreen.isPossible(console) ? new TerminalScreen() : new PipeScreen(console);
      var repl = new Repl(console, screen, partner, new Parameters(sampling, options));
      repl.conversation.system(system);
      ready = true;
      return repl;
    } finally {
      if (!ready) {
        partner.close();
      }
    }
  }

  /** Talks until the end; returns the exit code. */
  public int run(String version) {
    if (screen.isInteractive()) {
      screen.notice(Show.banner(version, partner));
    }
    boolean warned = false;
    while (true) {
      switch (screen.read()) {
        case Screen.Input.End _ -> {
          return Failure.DONE;
        }
        case Screen.Input.Interrupted _ -> {
          if (warned) {
            return Failure.INTERRUPTED;
          }
          screen.notice("Ctrl-C once more leaves; so do Ctrl-D and /bye.");
          warned = true;
        }
        case Screen.Input.Abandoned _ -> warned = false;
        case Screen.Input.Text text -> {
          warned = false;
          if (!take(text.text())) {
            return Failure.DONE;
          }
        }
      }
    }
  }

  /** One message or command; false to leave. What the user can put right is said, and the conversation goes on. */
  private boolean take(String text) {
    if (text.isEmpty()) {
      return true;
    }
    try {
      if (!text.startsWith("/")) {
        say(text);
        return true;
      }
      String[] words = text.split("\\s+", 2);
      Optional<SlashCommand> command = SlashCommand.named(words[0]);
      if (command.isEmpty()) {
        screen.error("Unknown command '%s'. Type /help for help.".formatted(EscapeFilter.oneLine(words[0])));
        return true;
      }
      return obey(command.get(), words.length > 1 ? words[1].stripTrailing() : "");
    } catch (UsageException | IllegalArgumentException | UncheckedIOException e) {
      screen.error(Failure.of(e).message());
      return true;
    }
  }

  private boolean obey(SlashCommand command, String argument) {
    switch (command) {
      case HELP -> screen.result(SlashCommand.help());
      case BYE -> {
        return false;
      }
      case CLEAR -> clear();
      case REGEN -> regenerate();
      case UNDO -> undo();
      case SYSTEM -> system(argument);
      case SET -> set(argument);
      case SHOW -> screen.result(Show.topic(argument, partner, conversation, parameters));
      case STATS -> screen.result(Show.statistics(partner, conversation, last));
      case READ -> say(Paths.text(Paths.typed(argument, command.usage())));
      case SAVE -> save(Paths.typed(argument, command.usage()));
      case LOAD -> load(Paths.typed(argument, command.usage()));
      case MODEL -> model(argument);
    }
    return true;
  }

  private void say(String text) {
    conversation.add(Message.user(text));
    regenerations = 0;
    boolean answered = false;
    try {
      answer();
      answered = true;
    } finally {
      if (!answered) {
        conversation.undo();
      }
    }
  }

  private void answer() {
    int dropped = Room.make(conversation, partner, parameters.sampling());
    if (dropped > 0) {
      screen.notice("The context of %d tokens is full: the oldest %s forgotten."
          .formatted(partner.contextLength(), dropped == 1 ? "turn is" : dropped + " turns are"));
    }
    Completion completion = new Generating(console, screen, partner).answer(conversation.prompt(), sampling());
    conversation.add(Message.assistant(completion.text()));
    last = Optional.of(completion);
    switch (footer) {
      case NONE -> {}
      case LINE -> screen.notice(Answer.footer(completion, partner.contextLength()));
      case DETAILS -> screen.notice(Answer.details(completion));
    }
    if (Answer.filledContext(completion, partner.contextLength())) {
      screen.notice("The context is full, so the answer ends here; the next message makes room by forgetting the oldest turns.");
    }
  }

  /** Another answer to the same message needs another seed, also where one is set. */
  private Sampling sampling() {
    Sampling sampling = Ending.of(partner, parameters.sampling());
    return sampling.seed().isPresent() ? sampling.seed(sampling.seed().getAsLong() + regenerations) : sampling;
  }

  private void regenerate() {
    if (!conversation.withdrawAnswer()) {
      throw new UsageException("nothing to answer again: say something first");
    }
    regenerations++;
    answer();
  }

  private void clear() {
    conversation.clear();
    last = Optional.empty();
    screen.notice("The conversation is forgotten.");
  }

  private void undo() {
    if (!conversation.undo()) {
      throw new UsageException("nothing to take back");
    }
    screen.notice("Taken back; %d turns are left.".formatted(conversation.turns()));
  }

  private void system(String text) {
    if (text.isEmpty()) {
      screen.result(conversation.system().orElse("There is no system message."));
      return;
    }
    conversation.system(text.equals("\"\"") ? "" : text);
    screen.notice(conversation.system().isPresent() ? "The system message is set." : "There is no system message now.");
  }

  private void set(String argument) {
    String[] words = argument.split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "", "parameters" -> screen.result(Show.parameters(partner, parameters));
      case "parameter" -> parameter(rest);
      case "system" -> system(rest.isEmpty() ? "\"\"" : rest);
      case "verbose" -> footer = Footer.DETAILS;
      case "quiet" -> footer = Footer.NONE;
      case "history" -> screen.history(Screen.History.KEEP);
      case "nohistory" -> screen.history(Screen.History.FORGET);
      default ->
          throw new UsageException(
              "unknown setting '%s': expected %s".formatted(words[0], String.join(", ", SlashCompleter.SET)));
    }
  }

  private void parameter(String argument) {
    if (argument.isEmpty()) {
      screen.result(Show.parameters(partner, parameters));
      return;
    }
    String[] words = argument.split("\\s+", 2);
    if (words.length < 2) {
      throw new UsageException("expected /set parameter NAME VALUE");
    }
    EngineOptions before = parameters.engineOptions();
    Parameters.Effect effect = parameters.set(words[0], words[1]);
    if (effect == Parameters.Effect.NEW_ENGINE) {
      boolean opened = false;
      try {
        open(partner.loaded().path());
        opened = true;
      } finally {
        if (!opened) {
          parameters.engineOptions(before);
        }
      }
    }
    screen.notice("%s is %s now.".formatted(words[0], words[1]));
  }

  private void save(Path file) {
    Transcript.of(partner.loaded().path(), conversation, parameters.sampling()).save(file);
    screen.notice("Saved %d turns to %s.".formatted(conversation.turns(), file));
  }

  private void load(Path file) {
    Transcript transcript = Transcript.load(file);
    transcript.parameters().forEach(parameter -> parameters.set(parameter.name(), parameter.values()));
    parameters.stops(transcript.stops());
    conversation.clear();
    conversation.system(transcript.system().orElse(""));
    transcript.messages().forEach(conversation::add);
    last = Optional.empty();
    screen.notice("Loaded %d turns from %s.".formatted(conversation.turns(), file));
    if (!transcript.model().equals(partner.loaded().path().toString())) {
      screen.notice("They were held with %s; this is %s.".formatted(transcript.model(), partner.loaded().path()));
    }
  }

  private void model(String argument) {
    if (argument.isEmpty()) {
      screen.result(Show.topic("info", partner, conversation, parameters));
      return;
    }
    open(Paths.typed(argument, SlashCommand.MODEL.usage()));
    screen.notice(Show.model(partner));
  }

  /** The one before goes only when the new one is there. */
  private void open(Path path) {
    try {
      var next = new Partner(LoadedModel.open(console, path, parameters.engineOptions()));
      partner.close();
      partner = next;
      last = Optional.empty();
    } catch (FormatException | UnsupportedModelException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    try (screen) {
      partner.close();
    }
  }
}
