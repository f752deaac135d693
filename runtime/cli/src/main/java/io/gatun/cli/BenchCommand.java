package io.gatun.cli;

import io.gatun.cli.load.Kernels;
import io.gatun.cli.load.ModelFacts;
import io.gatun.cli.measure.Benchmark;
import io.gatun.cli.measure.Samples;
import io.gatun.cli.synth.Shape;
import io.gatun.cli.synth.Shapes;
import io.gatun.cli.synth.SyntheticType;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.device.Hardware;
import io.gatun.engine.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code gatun bench}: how fast a model computes here. */
@Command(
    name = "bench",
    header = "Measure how fast a model computes here.",
    customSynopsis = "gatun bench (-m MODEL | --synthetic SHAPE --type TYPE|all) [-p 512] [-n 128] [-r 5] [--json] [OPTIONS]",
    description = {
      "As llama-bench: warms up, then repeats; prompts from an empty cache with the logits of the last token alone, and",
      "decoding from an empty cache, without sampling.",
      "The object of --json (with --type all an array of them) has pp_tps and tg_tps (medians, tokens per second), each with",
      "…_min, …_max, …_stddev and …_samples; load_ms; ttft_ms (median time to a whole prompt's logits) and ttft_cold_ms (the",
      "first one, nothing warm); rss_mb (mapped pages included); tier; threads; weight_gb_per_s (weights read in decoding).",
      "What was not measured is null."
    })
final class BenchCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = "--synthetic",
      paramLabel = "SHAPE",
      completionCandidates = KnownShapes.class,
      description = "Random weights of this shape instead, as gatun synth writes them: ${COMPLETION-CANDIDATES}.")
  @Nullable String shape;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "With --synthetic: the type as in gatun synth, or all for one after the other.")
  @Nullable String type;

  @Option(names = "--layers", paramLabel = "N", description = "With --synthetic: only so many layers.")
  @Nullable Integer layers;

  @Option(
      names = {"-p", "--n-prompt"},
      paramLabel = "N",
      description = "Tokens of a prompt, 0 to leave prompts out (default: 512).")
  int promptTokens = 512;

  @Option(
      names = {"-n", "--n-gen"},
      paramLabel = "N",
      description = "Tokens to decode, 0 to leave decoding out (default: 128).")
  int generatedTokens = 128;

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "N",
      description = "Of each (default: 5).")
  int repetitions = 5;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    var plan = new Benchmark.Plan(promptTokens, generatedTokens, repetitions);
    EngineOptions options = compute.engineOptions();
    if (shape == null) {
      if (type != null || layers != null) {
        throw new UsageException("--type and --layers are for --synthetic: a file has its own");
      }
      Path path = model.required();
      ObjectNode result = measured(path, EscapeFilter.oneLine(String.valueOf(path.getFileName())), options, plan);
      show(json ? Json.text(result) : "");
      return Failure.DONE;
    }
    if (model.path != null) {
      throw new UsageException("expected either -m or --synthetic, found both");
    }
    synthetic(layers == null ? Shapes.of(shape) : Shapes.of(shape).withLayers(layers), options, plan);
    return Failure.DONE;
  }

  private void synthetic(Shape wanted, EngineOptions options, Benchmark.Plan plan) {
    if (type == null) {
      throw new UsageException("--synthetic needs --type: one of %s, or all".formatted(String.join(", ", SyntheticType.names())));
    }
    boolean all = type.equalsIgnoreCase("all");
    List<SyntheticType> types = all ? SyntheticType.all() : List.of(SyntheticType.of(type));
    ArrayNode results = Json.array();
    for (SyntheticType each : types) {
      results.add(synthetic(wanted, each, options, plan));
    }
    if (json) {
      show(Json.text(all ? results : results.get(0)));
    }
  }

  private ObjectNode synthetic(Shape wanted, SyntheticType stored, EngineOptions options, Benchmark.Plan plan) {
    String name = wanted.id() + " " + stored.id();
    try (var folder = new TemporaryFolder()) {
      Path model = folder.path().resolve(stored.isFolder() ? "model" : "model.gguf");
      try (var _ = Progress.on(console(), "writing " + name)) {
        stored.write(wanted, 0, model);
      }
      return measured(model, name, options, plan);
    }
  }

  private ObjectNode measured(Path path, String name, EngineOptions options, Benchmark.Plan plan) {
    Benchmark result = Benchmark.of(console(), path, options, plan);
    if (!json) {
      show(text(name, result, plan));
    }
    return json(name, result, options, plan);
  }

  private void show(String text) {
    if (!text.isEmpty()) {
      console().out().line(text);
    }
  }

  private static String text(String name, Benchmark result, Benchmark.Plan plan) {
    var lines = new StringBuilder(String.format(Locale.ROOT, "%s, %s\n", name, ModelFacts.bytes(result.fileBytes())));
    rate(lines, "prompt of " + plan.promptTokens(), result.prompt());
    rate(lines, "decoding " + plan.generatedTokens(), result.generation());
    result
        .weightGigabytesPerSecond()
        .ifPresent(rate -> lines.append(String.format(Locale.ROOT, "  %-15s %.1f GB/s in decoding\n", "weights read", rate)));
    lines.append(String.format(Locale.ROOT, "  %-15s %.1f ms\n", "loading", result.loading().toNanos() / 1e6));
    result
        .residentBytes()
        .ifPresent(bytes -> lines.append("  %-15s %s resident\n".formatted("memory", ModelFacts.bytes(bytes))));
    return lines.append("  %-15s %s".formatted("computed with", result.computedWith())).toString();
  }

  private static void rate(StringBuilder lines, String label, Samples rates) {
    if (!rates.isEmpty()) {
      lines.append(
          String.format(
              Locale.ROOT,
              "  %-15s %.2f tokens/s (median of %d, %.2f to %.2f)\n",
              label,
              rates.median(),
              rates.sorted().length,
              rates.min(),
              rates.max()));
    }
  }

  private static ObjectNode json(String name, Benchmark result, EngineOptions options, Benchmark.Plan plan) {
    ObjectNode json = Json.object().put("model", name).put("model_bytes", result.fileBytes());
    json.put("n_prompt", plan.promptTokens()).put("n_gen", plan.generatedTokens()).put("repetitions", plan.repetitions());
    rate(json, "pp_tps", result.prompt());
    rate(json, "tg_tps", result.generation());
    json.put("load_ms", result.loading().toNanos() / 1e6);
    json.putNull("ttft_ms").putNull("ttft_cold_ms");
    if (!result.prompt().isEmpty()) {
      json.put("ttft_ms", plan.promptTokens() * 1e3 / result.prompt().median());
      json.put("ttft_cold_ms", result.firstPrompt().toNanos() / 1e6);
    }
    json.putNull("rss_mb");
    result.residentBytes().ifPresent(bytes -> json.put("rss_mb", bytes / 1e6));
    json.putNull("weight_gb_per_s");
    result.weightGigabytesPerSecond().ifPresent(rate -> json.put("weight_gb_per_s", rate));
    int threads = options.deviceOptions().threads();
    Hardware hardware = Hardware.detect();
    return json.put("tier", Kernels.tier(options))
        .put("threads", threads == 0 ? hardware.cores() : threads)
        .put("cpu", hardware.cpu())
        .put("computed_with", result.computedWith());
  }

  private static void rate(ObjectNode json, String key, Samples rates) {
    if (rates.isEmpty()) {
      json.putNull(key);
      return;
    }
    json.put(key, rates.median())
        .put(key + "_min", rates.min())
        .put(key + "_max", rates.max())
        .put(key + "_stddev", rates.deviation());
    ArrayNode samples = json.putArray(key + "_samples");
    for (double sample : rates.sorted()) {
      samples.add(sample);
    }
  }
}
