package io.gatun.cli;

import io.gatun.cli.load.LoadedModel;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.NpyFile;
import io.gatun.cli.terminal.Progress;
import io.gatun.engine.LogitsRows;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun logits}: what a model thinks comes next. */
@Command(
    name = "logits",
    header = "Compute the logits after given tokens.",
    customSynopsis = "gatun logits -m MODEL --ids ID,… [--all] --out FILE.npy [OPTIONS]",
    description = "Writes float32 [n_vocab] to a NumPy file; with --all [n, n_vocab].")
final class LogitsCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--ids", required = true, paramLabel = "ID,…", split = ",", description = "The tokens; nothing is added.")
  int[] ids = {};

  @Option(names = "--all", description = "After every token, not only the last.")
  boolean all;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.npy",
      description = "Where to write.")
  Path out = Path.of("");

  @Mixin ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    try (var loaded = LoadedModel.open(console(), model.required(), compute.engineOptions());
        var file = new LogitsFile();
        var _ = Progress.on(console(), "computing " + ids.length + " tokens")) {
      loaded.engine().logits(ids, all ? LogitsRows.ALL : LogitsRows.LAST, file::accept);
    }
    return Failure.DONE;
  }

  /** Made when the first row is there, so that an error before leaves no file. */
  private final class LogitsFile implements AutoCloseable {
    private @Nullable NpyFile file;

    private void accept(int position, float[] row) {
      NpyFile open = file;
      if (open == null) {
        long width = row.length;
        open = NpyFile.create(out, all ? List.of((long) ids.length, width) : List.of(width));
        file = open;
      }
      open.write(row, row.length);
    }

    @Override
    public void close() {
      if (file != null) {
        file.close();
      }
    }
  }
}
