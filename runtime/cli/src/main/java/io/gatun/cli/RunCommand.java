package io.gatun.cli;

import io.gatun.cli.batch.BatchPlan;
import io.gatun.cli.batch.BatchRun;
import io.gatun.cli.chat.ChatSettings;
import io.gatun.cli.chat.Show;
import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.PromptReading;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.ChatStyle;
import io.gatun.engine.Completion;
import io.gatun.engine.EngineOptions;
import io.gatun.engine.Generation;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import io.gatun.text.reply.ToolCall;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun run}: generates, and nothing else. */
@Command(
    name = "run",
    header = "Continue a prompt.",
    customSynopsis = {
      "gatun run -m MODEL [-p TEXT | -f FILE | --ids ID,…] [--chat] [OPTIONS]",
      "       gatun run -m MODEL --input FILE --output FILE [OPTIONS]"
    },
    description = {
      "Standard output holds the generated text and nothing else; a newline is added at the end if there is none.",
      "The prompt is taken as it is: use printf rather than echo, if its end matters.",
      "",
      "With --input and --output it answers a file of requests, many at a time. Each line of the input is a JSON object: "
          + "{\"id\":…, \"prompt\":\"…\"} or {\"id\":…, \"messages\":[{\"role\":\"user\", \"content\":\"…\"}]}, with optional "
          + "max_tokens, temperature, top_k, top_p, min_p, seed and stop, tools and chat_template_kwargs (the options given here hold where a line says nothing); "
          + "or a line of an OpenAI batch, {\"custom_id\":…, \"url\":\"/v1/chat/completions\", \"body\":{…}}. "
          + "The output has one line for each, in the same order; for one that cannot be answered (a blank one, too) it says why. "
          + "Interrupted in whatever way, the same command goes on and ends with the same output; until then a journal "
          + "lies beside it (OUTPUT.journal). A line without a seed has one that follows from --seed and its number."
    })
final class RunCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Mixin DraftOption draft = new DraftOption();

  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin PromptOptions prompts = new PromptOptions();

  @Option(names = "--stats", description = "Print timings, seed and kernel tier on standard error.")
  boolean stats;

  @Option(names = "--json", description = "Print one JSON object instead of the text.")
  boolean json;

  @Mixin BatchOptions batch = new BatchOptions();

  @Mixin TemplateOptions template = new TemplateOptions();

  @Mixin SamplingOptions samplingOptions = new SamplingOptions();

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    Sampling sampling = samplingOptions.sampling();
    var options = compute.engineOptions();
    if (batch.given()) {
      return runBatch(options);
    }
    prompts.requireSense(template.settings());
    try (var loaded = LoadedModel.open(console(), model.required(), draft.model(), options)) {
      if (!json) {
        loaded.model().tokenizer().requireText();
      }
      Prompt prompt = prompts.prompt(console(), template.settings());
      notice(loaded, prompt instanceof Prompt.Chat);
      Completion completion = json ? whole(loaded, prompt, sampling) : streamed(loaded, prompt, sampling);
      if (stats) {
        console().err().line(Statistics.text(loaded, completion));
      }
    }
    return Failure.DONE;
  }

  private void notice(LoadedModel loaded, boolean chats) {
    if (chats && loaded.engine().chatStyle() == ChatStyle.FAMILY_TEMPLATE) {
      console().err().line(Show.chatStyle(loaded));
    }
  }

  private int runBatch(EngineOptions options) {
    prompts.requireNone();
    if (json) {
      throw new UsageException("--json is for one prompt: the output of a batch is JSON anyway");
    }
    BatchPlan plan = plan();
    try (var loaded = LoadedModel.open(console(), model.required(), draft.model(), options)) {
      loaded.model().tokenizer().requireText();
      notice(loaded, true);
      String summary = new BatchRun(console(), loaded, plan).run();
      if (stats) {
        console().err().line(summary + "\ncomputed with:       " + loaded.engine().describe());
      }
    }
    return Failure.DONE;
  }

  private BatchPlan plan() {
    return new BatchPlan(
        Objects.requireNonNull(batch.input),
        Objects.requireNonNull(batch.output),
        stops -> stops.map(samplingOptions::sampling).orElseGet(samplingOptions::sampling),
        template.settings().variables(),
        samplingOptions.seed(),
        batch.parallel == null ? BatchOptions.PARALLEL : batch.parallel,
        BatchOptions.decisive(spec.commandLine().getParseResult().matchedOptions()));
  }

  private Completion whole(LoadedModel loaded, Prompt prompt, Sampling sampling) {
    Completion completion = generated(loaded, prompt, sampling, piece -> {});
    console().out().line(Json.text(Statistics.json(loaded, completion)));
    return completion;
  }

  private Completion streamed(LoadedModel loaded, Prompt prompt, Sampling sampling) {
    Console console = console();
    UnaryOperator<String> shown = console.outIsTerminal() ? new EscapeFilter()::accept : text -> text;
    Completion completion =
        generated(loaded, prompt, sampling, piece -> console.out().text(shown.apply(piece)).flush());
    for (ToolCall call : completion.toolCalls()) {
      console.err().line(Show.toolCall(call));
    }
    if (!completion.text().endsWith("\n")) {
      console.out().text("\n");
    }
    console.out().flush();
    return completion;
  }

  /** Not a part of the answer: beside it, if somebody asked. */
  private void reasoning(String piece) {
    if (!json && template.settings().reasoning() == ChatSettings.Reasoning.SHOWN) {
      console().err().text(EscapeFilter.plain(piece)).flush();
    }
  }

  /** Shows how far it is until there is something for {@code listener}. */
  private Completion generated(LoadedModel loaded, Prompt prompt, Sampling sampling, Consumer<String> listener) {
    try (var progress = Progress.on(console(), PromptReading.LABEL)) {
      Generation generation =
          loaded
              .engine()
              .submit(
                  prompt,
                  sampling,
                  piece -> {
                    if (!json) {
                      progress.stop();
                    }
                    switch (piece.kind()) {
                      case ANSWER -> listener.accept(piece.text());
                      case REASONING -> reasoning(piece.text());
                    }
                  });
      progress.follow(PromptReading.of(generation));
      return generation.await();
    }
  }
}
