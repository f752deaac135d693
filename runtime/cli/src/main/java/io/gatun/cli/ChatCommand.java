package io.gatun.cli;

import io.gatun.cli.chat.Repl;
import io.gatun.cli.terminal.UsageException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun chat}: the REPL. */
@Command(
    name = "chat",
    header = "Talk with a model.",
    customSynopsis = "gatun chat [-m MODEL] [OPTIONS]",
    description = {
      "At a terminal or line by line through a pipe. Without -m, with the story model that comes along.",
      "In the conversation, /help lists what can be done."
    })
final class ChatCommand extends ConsoleCommand {
  /** The launcher names the model that comes along. */
  private static final String BUNDLED = "gatun.bundled.model";

  @Mixin ModelOption model = new ModelOption();

  @Mixin DraftOption draft = new DraftOption();

  @Option(
      names = {"-sys", "--system"},
      paramLabel = "TEXT",
      description = "The system message.")
  String system = "";

  @Option(
      names = "--session",
      paramLabel = "FILE",
      description = {
        "Keep the conversation in FILE, with its cache and settings, after each message; go on with it if FILE is there. "
            + "Options given here come before the settings in FILE. A FILE.json is kept without the cache."
      })
  @Nullable Path session;

  @Mixin TemplateOptions template = new TemplateOptions();

  @Mixin SamplingOptions samplingOptions = new SamplingOptions();

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    Path path = model.path == null ? bundled() : model.path;
    var start =
        new Repl.Start(
            path,
            draft.model(),
            compute.engineOptions(),
            samplingOptions::changed,
            system,
            template.settings(),
            Optional.ofNullable(session));
    try (var repl = Repl.open(console(), start)) {
      return repl.run(Version.number());
    }
  }

  private static Path bundled() {
    String path = System.getProperty(BUNDLED);
    if (path == null) {
      throw new UsageException(
          "no model given: name a GGUF file with -m MODEL, or start through ./gatun, which knows the story model");
    }
    return Path.of(path);
  }
}
