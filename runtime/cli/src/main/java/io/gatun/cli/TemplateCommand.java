package io.gatun.cli;

import io.gatun.cli.load.Checkpoints;
import io.gatun.cli.load.Vocabularies;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Metadata;
import io.gatun.text.HfTokenizer;
import io.gatun.text.Vocabulary;
import io.gatun.text.template.ChatInput;
import io.gatun.text.template.ChatTemplate;
import io.gatun.text.template.LlamaLayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code gatun template}: a conversation to the prompt that a chat template makes of it. */
@Command(
    name = "template",
    header = "Render a chat template.",
    customSynopsis = "gatun template (-m MODEL [--variant NAME] | --template FILE | --jsonl) [--llama-layers]",
    description = {
      "A JSON object on standard input to the prompt, byte for byte, without a newline added. Its keys are the template's "
          + "variables, all optional: messages, tools, add_generation_prompt, enable_thinking, bos_token and so on; but "
          + "now (2026-08-22T13:37:00) is the time for templates that print the date. The model's own BOS and EOS are "
          + "given where the object does not name them.",
      "With --jsonl: lines, each with its template unless -m or --template is given, to lines {\"text\":…} or {\"error\":…}."
    })
final class TemplateCommand extends ConsoleCommand {
  private static final String NOW = "now";
  private static final String TEMPLATE = "template";
  private static final Set<String> TOKENS =
      Set.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--variant", paramLabel = "NAME", description = "The model's template for a purpose: tool_use.")
  @Nullable String variant;

  @Option(names = "--template", paramLabel = "FILE", description = "A file with the template.")
  @Nullable Path file;

  @Option(names = "--jsonl", description = "Line by line.")
  boolean lines;

  @Option(
      names = "--llama-layers",
      description = "Do what llama.cpp does beyond Jinja: merge refused system messages, drop a doubled BOS.")
  boolean llamaLayers;

  /**
   * What is the same for all lines.
   *
   * @param template empty if each line brings its own
   * @param tokens that the model has
   */
  private record Given(Optional<ChatTemplate> template, Map<String, String> tokens) {}

  @Override
  public Integer call() {
    Given given = given();
    if (lines) {
      JsonLines.run(console(), line -> Json.object().put("text", render(given, line, "the line")));
    } else {
      String what = "standard input";
      console().out().text(render(given, Json.parse(console().readText(), what), what)).flush();
    }
    return Failure.DONE;
  }

  private Given given() {
    if (model.path != null && file != null) {
      throw new UsageException("-m and --template: give one of them");
    }
    if (variant != null && model.path == null) {
      throw new UsageException("--variant names a template of a model: give it with -m");
    }
    if (file != null) {
      return new Given(Optional.of(ChatTemplate.parse(read(file))), Map.of());
    }
    if (model.path == null && !lines) {
      throw new UsageException("no template given: name a model with -m, a file with --template, or use --jsonl");
    }
    return model.path == null ? new Given(Optional.empty(), Map.of()) : ofModel(model.path);
  }

  private static String read(Path file) {
    try {
      return Files.isDirectory(file)
          ? fail(file + ": is a folder, expected a template")
          : new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String fail(String message) {
    throw new UsageException(message);
  }

  private Given ofModel(Path path) {
    Optional<HfTokenizer> beside = Vocabularies.inFolder(path);
    if (beside.isPresent()) {
      return given(path, beside.get().metadata(), ChatTemplate.tokens(beside.get().tokenizer().vocabulary()));
    }
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      Metadata metadata = checkpoint.metadata();
      boolean hasTokens = metadata.contains("tokenizer.ggml.tokens");
      return given(path, metadata, hasTokens ? ChatTemplate.tokens(Vocabulary.of(metadata)) : Map.of());
    }
  }

  private Given given(Path path, Metadata metadata, Map<String, String> tokens) {
    Optional<ChatTemplate> template =
        variant == null ? ChatTemplate.of(metadata) : ChatTemplate.of(metadata, variant);
    if (template.isEmpty()) {
      throw new UsageException(
          "%s: has no %s (variants: %s); give one with --template FILE"
              .formatted(
                  path,
                  variant == null ? "chat template" : "template '" + variant + "'",
                  ChatTemplate.variants(metadata)));
    }
    return new Given(template, tokens);
  }

  private String render(Given given, JsonNode object, String what) {
    if (!object.isObject()) {
      throw new UsageException(what + ": expected a JSON object");
    }
    ChatTemplate template = given.template().orElseGet(() -> ChatTemplate.parse(string(object, TEMPLATE)));
    var tokens = new LinkedHashMap<>(given.tokens());
    var variables = new LinkedHashMap<String, @Nullable Object>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      if (TOKENS.contains(name) && field.getValue().isString()) {
        tokens.put(name, field.getValue().stringValue());
      } else if (!name.equals(NOW) && !(name.equals(TEMPLATE) && given.template().isEmpty())) {
        tokens.remove(name);
        variables.put(name, Json.plain(field.getValue()));
      }
    }
    var input = new ChatInput(variables, tokens, LocalDateTime::now);
    input = object.has(NOW) ? input.at(time(string(object, NOW))) : input;
    Set<LlamaLayer> layers =
        llamaLayers ? EnumSet.allOf(LlamaLayer.class) : EnumSet.noneOf(LlamaLayer.class);
    return ChatTemplate.text(template.render(input, layers));
  }

  private static String string(JsonNode object, String key) {
    JsonNode value = object.path(key);
    return value.isString() ? value.stringValue() : fail("expected a string \"%s\"".formatted(key));
  }

  private static LocalDateTime time(String text) {
    try {
      return LocalDateTime.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException("\"now\" is '%s', expected a time like 2026-08-22T13:37:00".formatted(text));
    }
  }
}
