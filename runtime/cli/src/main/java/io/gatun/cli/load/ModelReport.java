package io.gatun.cli.load;

import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Json;
import io.gatun.model.Model;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a model file is, for people and as JSON. Immutable. */
public final class ModelReport {

  /** How much to say. */
  public enum Detail {
    METADATA,
    TENSORS
  }

  private final List<String> lines = new ArrayList<>();
  private final ObjectNode json = Json.object();

  private ModelReport() {}

  /**
   * Looks at a file. What can be opened as a container is reported; what Gatun cannot run is reported as such.
   *
   * @param context tokens to say the needed memory for; empty for what a conversation has by default
   * @throws FormatException if it is no readable container
   */
  public static ModelReport of(Path path, Detail detail, OptionalInt context) {
    var report = new ModelReport();
    report.fact("file", "file", path.toString());
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      report.describe(checkpoint, support(checkpoint, context));
      report.metadata(checkpoint);
      if (detail == Detail.TENSORS) {
        report.tensors(checkpoint);
      }
    } catch (UnsupportedModelException e) {
      report.support(Support.obstacle(e, List.of()));
    }
    return report;
  }

  /**
   * Why not, if not; and what to know if so.
   *
   * @param metadata of the model under GGUF's names
   */
  private record Support(
      Optional<String> obstacle, List<String> warnings, Optional<ModelNeeds> needs, Optional<Metadata> metadata) {

    static Support obstacle(RuntimeException e, List<String> warnings) {
      return new Support(Optional.of(String.valueOf(e.getMessage())), warnings, Optional.empty(), Optional.empty());
    }
  }

  private static Support support(Checkpoint checkpoint, OptionalInt context) {
    try (Model model = Model.open(checkpoint.path())) {
      Metadata metadata = model.checkpoint().metadata();
      return new Support(
          Optional.empty(), model.warnings(), Optional.of(ModelNeeds.of(model, context)), Optional.of(metadata));
    } catch (UnsupportedModelException | FormatException e) {
      return Support.obstacle(e, checkpoint instanceof SafetensorsDir files ? files.warnings() : List.of());
    }
  }

  private void describe(Checkpoint checkpoint, Support support) {
    Metadata described = support.metadata().orElse(checkpoint.metadata());
    ModelFacts facts = ModelFacts.of(checkpoint, described);
    fact("format", "format", checkpoint.format());
    line("size", ModelFacts.bytes(checkpoint.sizeBytes()));
    json.put("size_bytes", checkpoint.sizeBytes());
    facts.name().ifPresent(name -> fact("name", "name", name));
    facts.architecture().ifPresent(architecture -> fact("architecture", "architecture", architecture));
    line("parameters", facts.parameterText() + " in " + facts.tensors() + " tensors");
    json.put("parameters", facts.parameters()).put("tensor_count", facts.tensors());
    line(
        "encodings",
        facts.values().entrySet().stream()
            .map(entry -> "%s %.1f %%".formatted(entry.getKey(), 100.0 * entry.getValue() / facts.parameters()))
            .collect(Collectors.joining(", ")));
    ObjectNode encodings = json.putObject("encodings");
    facts.values().forEach(encodings::put);
    facts.contextLength().ifPresent(length -> number("context", "context_length", length));
    number("vocabulary", "vocabulary_size", facts.vocabulary());
    boolean template = ModelFacts.string(described, "tokenizer.chat_template").isPresent();
    line("chat template", template ? "yes" : "no");
    json.put("chat_template", template);
    support.needs().ifPresent(this::needs);
    support(support);
  }

  private void needs(ModelNeeds needs) {
    fact("family", "family", needs.family());
    line("active parameters", ModelFacts.count(needs.costs().activeParameters()) + " for a token");
    line("memory", needs.memoryText());
    line("expected decoding", needs.speedText());
    needs.addTo(json);
  }

  private void support(Support support) {
    json.put("supported", support.obstacle().isEmpty());
    line("supported", support.obstacle().map(obstacle -> "no: " + EscapeFilter.oneLine(obstacle)).orElse("yes"));
    support.obstacle().ifPresent(obstacle -> json.put("reason", obstacle));
    ArrayNode warnings = json.putArray("warnings");
    for (String warning : support.warnings()) {
      line("warning", EscapeFilter.oneLine(warning));
      warnings.add(warning);
    }
  }

  private void metadata(Checkpoint checkpoint) {
    ObjectNode metadata = json.putObject("metadata");
    lines.add("metadata: " + checkpoint.metadata().keys().size() + " keys");
    checkpoint
        .metadata()
        .asMap()
        .forEach(
            (key, value) -> {
              lines.add("  %s: %s".formatted(EscapeFilter.oneLine(key), MetadataText.line(value)));
              metadata.set(key, MetadataText.json(value));
            });
  }

  private void tensors(Checkpoint checkpoint) {
    ArrayNode list = json.putArray("tensors");
    lines.add("tensors: " + checkpoint.tensors().size());
    for (TensorData tensor : checkpoint.tensors().values()) {
      long bytes = tensor.byteSize();
      lines.add(
          "  %s: %s %s, %s"
              .formatted(EscapeFilter.oneLine(tensor.name()), tensor.encoding().id(), tensor.shape(), ModelFacts.bytes(bytes)));
      ObjectNode node = list.addObject().put("name", tensor.name()).put("encoding", tensor.encoding().id());
      node.put("bytes", bytes);
      ArrayNode shape = node.putArray("shape");
      tensor.shape().forEach(shape::add);
    }
  }

  private void fact(String label, String key, String value) {
    line(label, EscapeFilter.oneLine(value));
    json.put(key, value);
  }

  private void number(String label, String key, long value) {
    line(label, String.format(Locale.ROOT, "%d", value));
    json.put(key, value);
  }

  private void line(String label, @Nullable Object value) {
    lines.add(label + ": " + value);
  }

  /** Lines {@code label: value}, without a newline at the end. */
  public String text() {
    return String.join("\n", lines);
  }

  public JsonNode json() {
    return json;
  }
}
