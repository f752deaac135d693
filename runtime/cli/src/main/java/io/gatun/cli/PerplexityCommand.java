package io.gatun.cli;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.measure.Divergence;
import io.gatun.cli.measure.Perplexity;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code gatun perplexity}: how well a model predicts a text. */
@Command(
    name = "perplexity",
    header = "Measure how well a model predicts a text.",
    customSynopsis = "gatun perplexity -m MODEL -f TEXT [--ctx 512] [--save-logits FILE | --kl-base FILE] [OPTIONS]",
    description = {
      "Prints exp of the mean negative log-likelihood over the second half of each chunk of --ctx tokens (default: 512),",
      "as llama-perplexity computes it. To compare two files of a model, save the predictions of the better one with",
      "--save-logits, then run the other with --kl-base.",
      "The object of --json has ppl, nll (mean, in nats), tokens (scored), stderr (of ppl), text_tokens, ctx, chunks,",
      "chunk_nll (sums); with --kl-base also kl_mean, kl_median, kl_p99, kl_max, top1_agreement (0 to 1)."
    })
final class PerplexityCommand extends ConsoleCommand {
  private static final int DEFAULT_CONTEXT = 512;

  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "TEXT",
      description = "The file with the text, UTF-8.")
  Path file = Path.of("");

  @Option(
      names = "--save-logits",
      paramLabel = "FILE",
      description = "Write the log-probabilities of all scored positions; 4 bytes for each token of the vocabulary each.")
  @Nullable Path save;

  @Option(
      names = "--kl-base",
      paramLabel = "FILE",
      description = "Measure the divergence from predictions that --save-logits wrote for the same text and --ctx.")
  @Nullable Path base;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    int context = compute.context == null ? DEFAULT_CONTEXT : compute.context;
    var options = compute.engineOptions().contextLength(context);
    Path path = model.required();
    String text = text();
    try (var loaded = LoadedModel.open(console(), path, options)) {
      var found =
          Perplexity.of(
              console(), loaded.engine(), text, context, Optional.ofNullable(save), Optional.ofNullable(base));
      console().out().line(json ? Json.text(json(loaded, found)) : lines(loaded, found));
    }
    return Failure.DONE;
  }

  private String text() {
    if (!Files.exists(file)) {
      throw new UsageException(file + ": no such file");
    }
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": is a folder, expected a text file");
    }
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String lines(LoadedModel loaded, Perplexity found) {
    var lines =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
                perplexity:     %.4f ± %.4f
                mean nll:       %.6f nats
                scored:         %d tokens in %d chunks of %d
                computed with:  %s""",
                found.perplexity(),
                found.standardError(),
                found.meanNll(),
                found.scored(),
                found.chunkNll().length,
                found.context(),
                loaded.engine().describe()));
    found.divergence().ifPresent(divergence -> lines.append("\n").append(lines(divergence)));
    return lines.toString();
  }

  private static String lines(Divergence divergence) {
    return String.format(
        Locale.ROOT,
        """
        kl divergence:  mean %.6f, median %.6f, 99 %% %.6f, maximum %.6f nats
        same top token: %.3f %%""",
        divergence.mean(),
        divergence.median(),
        divergence.p99(),
        divergence.max(),
        100 * divergence.top1Agreement());
  }

  private static JsonNode json(LoadedModel loaded, Perplexity found) {
    ObjectNode json =
        Json.object()
            .put("ppl", found.perplexity())
            .put("nll", found.meanNll())
            .put("tokens", found.scored())
            .put("stderr", found.standardError())
            .put("text_tokens", found.textTokens())
            .put("ctx", found.context())
            .put("chunks", found.chunkNll().length);
    ArrayNode chunks = json.putArray("chunk_nll");
    for (double nll : found.chunkNll()) {
      chunks.add(nll);
    }
    found
        .divergence()
        .ifPresent(
            divergence ->
                json.put("kl_mean", divergence.mean())
                    .put("kl_median", divergence.median())
                    .put("kl_p99", divergence.p99())
                    .put("kl_max", divergence.max())
                    .put("top1_agreement", divergence.top1Agreement()));
    return json.put("computed_with", loaded.engine().describe());
  }
}
