package io.gatun.cli;

import io.gatun.cli.load.HardwareReport;
import io.gatun.cli.load.ModelReport;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Json;
import io.gatun.cli.terminal.UsageException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun inspect}: what a file is, or what this computer is. */
@Command(
    name = "inspect",
    header = "Say what a model file or this computer is.",
    description = {
      "Say what a model file is, and whether it is supported and why not.",
      "With --hardware: what this computer is, which kernels were chosen, and why not others."
    })
final class InspectCommand extends ConsoleCommand {
  @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A GGUF file, a .safetensors file, or a folder of them.")
  @Nullable Path path;

  @Option(names = "--hardware", description = "Describe this computer instead.")
  boolean hardware;

  @Option(names = "--tensors", description = "List the tensors too.")
  boolean tensors;

  @Option(names = {"-c", "--ctx", "--ctx-size"}, paramLabel = "N", description = "Say the memory needed for a context of N tokens.")
  @Nullable Integer context;

  @Option(names = "--json", description = "One JSON object.")
  boolean json;

  @Override
  public Integer call() {
    if (hardware == (path != null)) {
      throw new UsageException("expected either a MODEL or --hardware: see `gatun help inspect`");
    }
    if (path == null) {
      var report = HardwareReport.detect();
      console().out().line(json ? Json.text(report.json()) : report.text());
    } else {
      var detail = tensors ? ModelReport.Detail.TENSORS : ModelReport.Detail.METADATA;
      if (context != null && context < 1) {
        throw new UsageException("--ctx %d: expected at least 1".formatted(context));
      }
      var report = ModelReport.of(path, detail, context == null ? OptionalInt.empty() : OptionalInt.of(context));
      console().out().line(json ? Json.text(report.json()) : report.text());
    }
    return Failure.DONE;
  }
}
