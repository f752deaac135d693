package io.gatun.cli;

import io.gatun.cli.chat.ChatSettings;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Message;
import io.gatun.engine.Prompt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What to continue: one of a text, a file, ids, or standard input. */
@Command
final class PromptOptions {
  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The text to continue. Without -p, -f and --ids it comes from standard input.")
  @Nullable String text;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "A file with the text to continue, taken as it is.")
  @Nullable Path file;

  @Option(
      names = "--ids",
      paramLabel = "ID,…",
      split = ",",
      description = "Token ids to continue; nothing is added, not even BOS.")
  int @Nullable [] ids;

  @Option(names = "--chat", description = "The prompt is a user's message under the model's chat template.")
  boolean chat;

  @Option(
      names = {"-sys", "--system"},
      paramLabel = "TEXT",
      description = "With --chat: the system message.")
  @Nullable String system;

  /**
   * To be called before {@link #prompt}, which may read standard input.
   *
   * @param settings for {@code --chat}
   * @throws UsageException if they contradict each other
   */
  void requireSense(ChatSettings settings) {
    if (Stream.of(text, file, ids).filter(Objects::nonNull).count() > 1) {
      throw new UsageException("expected only one of -p, -f and --ids");
    }
    if (system != null && !chat) {
      throw new UsageException("--system is for --chat: a raw continuation has no roles");
    }
    if (!settings.isStandard() && !chat) {
      throw new UsageException("--think, --template-var and the like are for --chat: a raw continuation has no template");
    }
    if (ids != null && chat) {
      throw new UsageException("--chat makes a message of a text: expected -p, -f or standard input, found --ids");
    }
  }

  /**
   * The prompt that the options name.
   *
   * @param settings for {@code --chat}
   */
  Prompt prompt(Console console, ChatSettings settings) {
    if (ids != null) {
      return Prompt.ids(ids);
    }
    String content = text != null ? text : file != null ? read(file) : standardInput(console);
    return chat ? new Prompt.Chat(messages(content)).with(settings.variables()) : Prompt.text(content);
  }

  /** @throws UsageException if a prompt is given, since a batch has its own */
  void requireNone() {
    if (Stream.of(text, file, ids, system).anyMatch(Objects::nonNull) || chat) {
      throw new UsageException("a batch has its prompts in the --input file: expected no -p, -f, --ids, --chat or --system");
    }
  }

  private List<Message> messages(String content) {
    var messages = new ArrayList<Message>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    messages.add(Message.user(content));
    return messages;
  }

  private static String standardInput(Console console) {
    if (console.inIsTerminal() && console.errIsTerminal()) {
      console.err().line("Reading the prompt from the terminal; end it with Ctrl-D.");
    }
    return console.readText();
  }

  private static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": is a folder, expected a text file");
    }
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
