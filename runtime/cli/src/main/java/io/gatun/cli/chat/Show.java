package io.gatun.cli.chat;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.load.ModelFacts;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Completion;
import io.gatun.tensors.Checkpoint;
import io.gatun.text.reply.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the REPL tells about itself and its model. Texts without a newline at the end. */
public final class Show {
  /** Most characters of a message in a list. */
  private static final int EXCERPT = 48;

  private Show() {}

  static String banner(String version, Partner partner) {
    return """
        Gatun %s
        %s
        Type a message, or /help. Ctrl-C stops an answer, Ctrl-D leaves."""
        .formatted(version, model(partner));
  }

  static String model(Partner partner) {
    LoadedModel loaded = partner.loaded();
    Checkpoint checkpoint = loaded.model().checkpoint();
    ModelFacts facts = ModelFacts.of(checkpoint);
    var lines = new ArrayList<String>();
    lines.add(
        "%s: %s, %s parameters, %s, %s"
            .formatted(
                EscapeFilter.oneLine(loaded.model().name()),
                EscapeFilter.oneLine(facts.architecture().orElse("unknown architecture")),
                facts.parameterText(),
                facts.quantization(),
                ModelFacts.bytes(checkpoint.sizeBytes())));
    lines.add(loaded.engine().describe());
    lines.add(chatStyle(loaded));
    return String.join("\n", lines);
  }

  /** How what is said becomes a prompt, in one line. */
  public static String chatStyle(LoadedModel loaded) {
    return switch (loaded.engine().chatStyle()) {
      case TEMPLATE -> "It has a chat template: what you write is a message to it.";
      case FAMILY_TEMPLATE ->
          "No chat template in the file: that of its family is used, %s."
              .formatted(loaded.engine().chatFamily().orElseThrow());
      case PLAIN_CONTINUATION -> "No chat template: plain continuation, what you write is simply continued.";
    };
  }

  /** That the model asks for a function. */
  public static String toolCall(ToolCall call) {
    return "The model asks for %s(%s), which is not carried out here."
        .formatted(EscapeFilter.oneLine(call.name()), EscapeFilter.oneLine(call.arguments()));
  }

  /** @throws UsageException for an unknown topic */
  static String topic(String topic, Partner partner, Conversation conversation, Parameters parameters) {
    return switch (topic) {
      case "info" -> model(partner) + "\nfile: " + partner.loaded().path();
      case "parameters" -> parameters(partner, parameters);
      case "system" -> conversation.system().orElse("There is no system message.");
      case "template" -> partner.loaded().model().chatTemplate().orElse("The model has no chat template.");
      case "license" -> license(partner.loaded().model().checkpoint());
      default ->
          throw new UsageException(
              "show what: %sexpected %s"
                  .formatted(topic.isEmpty() ? "" : "'" + topic + "' is not known, ", String.join(", ", SlashCompleter.SHOW)));
    };
  }

  static String parameters(Partner partner, Parameters parameters) {
    var lines = new ArrayList<String>();
    parameters
        .shown(partner.contextLength())
        .forEach((name, value) -> lines.add("%-22s %s".formatted(name, EscapeFilter.oneLine(value))));
    return String.join("\n", lines);
  }

  private static String license(Checkpoint checkpoint) {
    List<String> lines =
        List.of("general.license", "general.license.name", "general.license.link", "general.author").stream()
            .flatMap(key -> ModelFacts.string(checkpoint.metadata(), key).map(text -> key + ": " + text).stream())
            .toList();
    return lines.isEmpty() ? "The file states no licence." : String.join("\n", lines);
  }

  /** A line for each, the current one marked. */
  static String branches(Branches branches) {
    var lines = new ArrayList<String>();
    branches.all().forEach((name, conversation) -> lines.add(branch(name, conversation, name.equals(branches.current()))));
    return String.join("\n", lines);
  }

  private static String branch(String name, Conversation conversation, boolean current) {
    String last = conversation.lastSaid().map(EscapeFilter::oneLine).orElse("");
    String shown = last.length() > EXCERPT ? EscapeFilter.oneLine(last.substring(0, EXCERPT)) + "…" : last;
    return "%s %-12s %3d turns  %s".formatted(current ? "*" : " ", name, conversation.turns(), shown).stripTrailing();
  }

  static String statistics(Partner partner, Conversation conversation, Optional<Completion> last) {
    var engine = partner.loaded().engine();
    var lines = new ArrayList<String>();
    lines.add("computed with: " + engine.describe());
    lines.add(
        "cache:         %d of %d tokens, %s"
            .formatted(
                partner.session().cachedTokens(), partner.contextLength(), ModelFacts.bytes(engine.cacheBytes())));
    lines.add("conversation:  %d turns, %d messages".formatted(conversation.turns(), conversation.messages().size()));
    lines.add("load:          %.1f ms".formatted(partner.loaded().loading().toNanos() / 1e6));
    lines.add(last.map(completion -> "last answer\n" + Answer.details(completion).indent(2).stripTrailing()).orElse("no answer yet"));
    return String.join("\n", lines);
  }
}
