package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.UsageException;
import io.gatun.device.DeviceException;
import io.gatun.engine.ChatStyle;
import io.gatun.engine.Completion;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.Message;
import io.gatun.engine.Sampling;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.UnsupportedModelException;
import io.gatun.text.template.TemplateException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
  private final Branches branches;
  private final Parameters parameters;
  /** Where the conversation is kept by itself. */
  private final Optional<Path> kept;
  /** What {@link #kept} holds, or would hold if anything had been said. */
  private Transcript keptTranscript;
  private ChatSettings settings;
  private Footer footer;
  private Optional<Completion> last = Optional.empty();

  private Repl(
      Console console,
      Screen screen,
      Branches branches,
      Parameters parameters,
      ChatSettings settings,
      Optional<Path> kept) {
    this.console = console;
    this.screen = screen;
    this.branches = branches;
    this.parameters = parameters;
    this.settings = settings;
    this.kept = kept;
    this.keptTranscript = transcript();
    this.footer = screen.isInteractive() ? Footer.LINE : Footer.NONE;
  }

  /**
   * How a conversation begins.
   *
   * @param model the file
   * @param draft the draft model's file
   * @param options of the engine
   * @param sampling changes the standard one, or a kept conversation's
   * @param system the system message; empty for none, or a kept conversation's
   * @param chat what is set for the chat template
   * @param session where the conversation is kept and, if the file exists, goes on
   */
  public record Start(
      Path model,
      Optional<Path> draft,
      EngineOptions options,
      UnaryOperator<Sampling> sampling,
      String system,
      ChatSettings chat,
      Optional<Path> session) {}

  /**
   * Opens the model and the kept conversation, then the screen: a terminal if the process has one.
   *
   * @throws UsageException if the conversation cannot be kept in its file, or the file is another model's
   * @throws FormatException if the model or the kept conversation is damaged
   */
  public static Repl open(Console console, Start start) {
    start.session().ifPresent(ConversationFile::requirePlace);
    var branches = new Branches(talking(console, start.model(), start.draft(), start.options()));
    boolean ready = false;
    try {
      var parameters = new Parameters(start.sampling().apply(Sampling.defaults()), start.options());
      if (start.session().isPresent() && Files.exists(start.session().get())) {
        var saved = ConversationFile.load(start.session().get(), branches.partner().loaded().engine());
        take(saved, branches, parameters);
        parameters.sampling(start.sampling().apply(parameters.sampling()));
      }
      if (!start.system().isEmpty()) {
        branches.conversation().system(start.system());
      }
      Screen screen = TerminalScreen.isPossible(console) ? new TerminalScreen() : new PipeScreen(console);
      ready = true;
      return new Repl(console, screen, branches, parameters, start.chat(), start.session());
    } finally {
      if (!ready) {
        branches.close();
      }
    }
  }

  /** Talks until the end; returns the exit code. */
  public int run(String version) {
    if (screen.isInteractive()) {
      screen.notice(Show.banner(version, branches.partner()));
    } else if (branches.partner().loaded().engine().chatStyle() == ChatStyle.FAMILY_TEMPLATE) {
      screen.notice(Show.chatStyle(branches.partner().loaded()));
    }
    if (conversation().turns() > 0) {
      screen.notice(standing("Going on with"));
    }
    int exitCode = talk();
    keep();
    return exitCode;
  }

  private int talk() {
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
          keepOrSay();
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
    } catch (UsageException | IllegalArgumentException | TemplateException | UncheckedIOException e) {
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
      case FORK -> fork(argument);
      case BRANCH -> branch(argument);
      case DROP -> drop(argument);
      case SYSTEM -> system(argument);
      case THINK -> think(argument.isEmpty() ? "on" : argument);
      case VAR -> variable(argument);
      case SET -> set(argument);
      case SHOW -> screen.result(Show.topic(argument, branches.partner(), conversation(), parameters));
      case STATS -> screen.result(Show.statistics(branches.partner(), conversation(), last));
      case READ -> say(Paths.text(Paths.typed(argument, command.usage())));
      case SAVE -> save(Paths.typed(argument, command.usage()));
      case LOAD -> load(Paths.typed(argument, command.usage()));
      case MODEL -> model(argument);
    }
    return true;
  }

  private void say(String text) {
    Conversation conversation = conversation();
    conversation.add(Message.user(text));
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
    Conversation conversation = conversation();
    Partner partner = branches.partner();
    int dropped = Room.make(conversation, partner, settings, parameters.sampling());
    if (dropped > 0) {
      screen.notice("The context of %d tokens is full: the oldest %s forgotten."
          .formatted(partner.contextLength(), dropped == 1 ? "turn is" : dropped + " turns are"));
    }
    Completion completion =
        new Generating(console, screen, partner, settings.reasoning())
            .answer(conversation.prompt().with(settings.variables()), sampling());
    conversation.add(completion.message());
    completion.toolCalls().forEach(call -> screen.notice(Show.toolCall(call)));
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
    Sampling sampling = Ending.of(branches.partner(), parameters.sampling());
    return sampling.seed().isPresent()
        ? sampling.seed(sampling.seed().getAsLong() + conversation().regenerations())
        : sampling;
  }

  private void regenerate() {
    if (!conversation().withdrawAnswer()) {
      throw new UsageException("nothing to answer again: say something first");
    }
    answer();
  }

  private void clear() {
    conversation().clear();
    last = Optional.empty();
    screen.notice("The conversation is forgotten.");
  }

  private void undo() {
    if (!conversation().undo()) {
      throw new UsageException("nothing to take back");
    }
    screen.notice("Taken back; %d turns are left.".formatted(conversation().turns()));
  }

  private void fork(String name) {
    String from = branches.current();
    branches.fork(name);
    screen.notice("Now in branch %s; %s stays as it is, /branch %s goes back.".formatted(branches.current(), from, from));
  }

  private void branch(String name) {
    if (name.isEmpty()) {
      screen.result(Show.branches(branches));
      return;
    }
    branches.go(name);
    last = Optional.empty();
    screen.notice(standing("Now in branch"));
  }

  private void drop(String name) {
    branches.drop(name);
    screen.notice("Branch %s is forgotten.".formatted(name));
  }

  /** Where one is, after a word on how one came there. */
  private String standing(String how) {
    return "%s %s: %d turns, %d tokens in the cache."
        .formatted(how, branches.current(), conversation().turns(), branches.partner().session().cachedTokens());
  }

  private void system(String text) {
    Conversation conversation = conversation();
    if (text.isEmpty()) {
      screen.result(conversation.system().orElse("There is no system message."));
      return;
    }
    conversation.system(text.equals("\"\"") ? "" : text);
    screen.notice(conversation.system().isPresent() ? "The system message is set." : "There is no system message now.");
  }

  private void think(String word) {
    settings = settings.think(word);
    screen.notice("Thinking: %s.".formatted(word));
  }

  private void variable(String typed) {
    if (!typed.isEmpty()) {
      settings = settings.variables(typed);
    }
    screen.result(settings.variables().isEmpty() ? "No variables are set." : settings.variables().toString());
  }

  private void set(String argument) {
    String[] words = argument.split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "", "parameters" -> screen.result(Show.parameters(branches.partner(), parameters));
      case "parameter" -> parameter(rest);
      case "system" -> system(rest.isEmpty() ? "\"\"" : rest);
      case "think" -> think(rest.isEmpty() ? "on" : rest);
      case "nothink" -> think("off");
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
      screen.result(Show.parameters(branches.partner(), parameters));
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
        LoadedModel now = branches.partner().loaded();
        open(now.path(), now.draft().map(draft -> draft.checkpoint().path()));
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
    ConversationFile.save(file, transcript(), branches.partner().session());
    screen.notice("Saved %d turns to %s.".formatted(conversation().turns(), file));
  }

  private Transcript transcript() {
    LoadedModel loaded = branches.partner().loaded();
    return new Transcript(
        loaded.path().toString(), loaded.engine().cacheTypes(), conversation().content(), parameters.sampling());
  }

  /** Whatever ends the program from now on, what was said so far is in the file. */
  private void keep() {
    Transcript now = transcript();
    if (kept.isPresent() && !now.equals(keptTranscript)) {
      ConversationFile.save(kept.get(), now, branches.partner().session());
      keptTranscript = now;
    }
  }

  private void keepOrSay() {
    try {
      keep();
    } catch (UsageException | UncheckedIOException e) {
      screen.error(Failure.of(e).message());
    }
  }

  private void load(Path file) {
    ConversationFile saved;
    try {
      saved = ConversationFile.load(file, branches.partner().loaded().engine());
    } catch (FormatException | DeviceException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    take(saved, branches, parameters);
    last = Optional.empty();
    screen.notice("Loaded %d turns from %s.".formatted(conversation().turns(), file));
    if (saved.session().isEmpty() && !saved.transcript().model().equals(branches.partner().loaded().path().toString())) {
      screen.notice(
          "They were held with %s; this is %s.".formatted(saved.transcript().model(), branches.partner().loaded().path()));
    }
  }

  /** The present branch goes on with what was saved. */
  private static void take(ConversationFile saved, Branches branches, Parameters parameters) {
    parameters.sampling(saved.transcript().sampling());
    branches.conversation().content(saved.transcript().conversation());
    saved.session().ifPresent(branches::remember);
  }

  private void model(String argument) {
    if (argument.isEmpty()) {
      screen.result(Show.topic("info", branches.partner(), conversation(), parameters));
      return;
    }
    boolean guessing = branches.partner().loaded().draft().isPresent();
    open(Paths.typed(argument, SlashCommand.MODEL.usage()), Optional.empty());
    screen.notice(Show.model(branches.partner()));
    if (guessing) {
      screen.notice("The draft model was the other model's and is not used any more.");
    }
  }

  /** @throws UnsupportedModelException also if the model has no tokenizer */
  private static LoadedModel talking(Console console, Path path, Optional<Path> draft, EngineOptions options) {
    LoadedModel loaded = LoadedModel.open(console, path, draft, options);
    try {
      loaded.model().tokenizer().requireText();
      return loaded;
    } catch (UnsupportedModelException e) {
      loaded.close();
      throw e;
    }
  }

  /** The one before goes only when the new one is there. */
  private void open(Path path, Optional<Path> draft) {
    try {
      branches.talkWith(talking(console, path, draft, parameters.engineOptions()));
      last = Optional.empty();
    } catch (FormatException | UnsupportedModelException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    try (screen) {
      branches.close();
    }
  }

  private Conversation conversation() {
    return branches.conversation();
  }
}
