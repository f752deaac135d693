package io.gatun.cli;

import io.gatun.cli.chat.ChatSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is set for a model's chat template. */
@Command
final class TemplateOptions {
  @Option(
      names = {"--template-var", "--chat-template-kwargs"},
      paramLabel = "NAME=VALUE",
      description = "A variable of the chat template, its value in JSON or else a text; or a JSON object with several.")
  List<String> variables = List.of();

  @Option(
      names = "--think",
      paramLabel = "on|off|hide",
      arity = "0..1",
      fallbackValue = "on",
      description = "Whether the model shall think before it answers (enable_thinking), or how much: low, medium, high; "
          + "hide: whatever it does, without showing it.")
  @Nullable String think;

  @Option(
      names = {"--no-think", "--nothink"},
      description = "As --think off.")
  boolean noThink;

  @Option(names = "--hidethinking", description = "As --think hide.")
  boolean hide;

  @Option(names = "--reasoning-effort", paramLabel = "LEVEL", description = "The template's reasoning_effort.")
  @Nullable String effort;

  /** @throws io.gatun.cli.terminal.UsageException for a value that is none */
  ChatSettings settings() {
    ChatSettings settings = ChatSettings.STANDARD;
    settings = think == null ? settings : settings.think(think);
    settings = noThink ? settings.think("off") : settings;
    settings = hide ? settings.think("hide") : settings;
    settings = effort == null ? settings : settings.effort(effort);
    for (String typed : variables) {
      settings = settings.variables(typed);
    }
    return settings;
  }
}
