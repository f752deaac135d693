package io.gatun.cli;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.NpyFile;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.engine.Prompt;
import io.gatun.model.Pooling;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun embed}: what a text means, as a vector. */
@Command(
    name = "embed",
    header = "Compute the embedding of a text.",
    customSynopsis = "gatun embed -m MODEL (--ids ID,… | -p TEXT) [--pooling KIND] [--normalize] --out FILE.npy [OPTIONS]",
    description = "Writes float32 [n_embd] to a NumPy file; with --pooling none [n, n_embd], a row for each token.")
final class EmbedCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The text.")
  @Nullable String text;

  @Option(names = "--ids", paramLabel = "ID,…", split = ",", description = "Its tokens instead; nothing is added.")
  int @Nullable [] ids;

  @Option(
      names = "--pooling",
      paramLabel = "KIND",
      description = "How tokens' vectors become one: none, mean, cls or last. The model's own way if it is not given.")
  @Nullable String pooling;

  @Option(names = "--normalize", description = "Divide each vector by its Euclidean length.")
  boolean normalize;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.npy",
      description = "Where to write.")
  Path out = Path.of("");

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    Prompt prompt = prompt();
    List<float[]> rows;
    boolean each;
    try (var loaded = LoadedModel.open(console(), model.required(), compute.engineOptions());
        var _ = Progress.on(console(), "computing")) {
      Pooling kind = pooling == null ? loaded.model().spec().pooling() : kind(pooling);
      each = kind == Pooling.NONE;
      rows = loaded.engine().embed(prompt, kind);
    }
    long width = rows.getFirst().length;
    try (var file = NpyFile.create(out, each ? List.of((long) rows.size(), width) : List.of(width))) {
      for (float[] row : rows) {
        file.write(normalize ? normalized(row) : row, row.length);
      }
    }
    return Failure.DONE;
  }

  private Prompt prompt() {
    if ((text == null) == (ids == null)) {
      throw new UsageException("expected one of -p and --ids");
    }
    if (pooling != null) {
      kind(pooling); // before the model is loaded
    }
    return ids != null ? Prompt.ids(ids) : Prompt.text(String.valueOf(text));
  }

  private static Pooling kind(String word) {
    return kinds()
        .filter(value -> id(value).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--pooling: '%s', expected one of %s"
                        .formatted(word, kinds().map(EmbedCommand::id).collect(Collectors.joining(", ")))));
  }

  private static Stream<Pooling> kinds() {
    return Stream.of(Pooling.values());
  }

  private static String id(Pooling value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A vector of zeros stays as it is. */
  private static float[] normalized(float[] row) {
    double squares = 0;
    for (float value : row) {
      squares += (double) value * value;
    }
    double length = squares == 0 ? 1 : Math.sqrt(squares);
    var scaled = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      scaled[i] = (float) (row[i] / length);
    }
    return scaled;
  }
}
