package io.gatun.cli;

import io.gatun.cli.load.ModelFacts;
import io.gatun.cli.synth.FileType;
import io.gatun.cli.synth.Shape;
import io.gatun.cli.synth.Shapes;
import io.gatun.cli.synth.SyntheticModel;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Progress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun synth}: a model file with random weights. */
@Command(
    name = "synth",
    header = "Write a model file of a real model's shape with random weights.",
    customSynopsis = "gatun synth SHAPE --type TYPE --out FILE.gguf [--layers N] [--seed N]",
    description = "For measuring speed and memory without downloading anything. It says nothing sensible, but it is whole.")
final class SynthCommand extends ConsoleCommand {
  @Parameters(
      arity = "1",
      paramLabel = "SHAPE",
      completionCandidates = KnownShapes.class,
      description = "Whose shape: ${COMPLETION-CANDIDATES}.")
  String shape = "";

  @Option(
      names = "--type",
      required = true,
      paramLabel = "TYPE",
      completionCandidates = KnownTypes.class,
      description = "A file type of llama.cpp, mixes included: ${COMPLETION-CANDIDATES}.")
  String type = "";

  @Option(names = "--layers", paramLabel = "N", description = "Only so many layers (default: all).")
  @Nullable Integer layers;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "Of the random numbers; the same seed gives the same file (default: 0).")
  long seed;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.gguf",
      description = "Where to write.")
  Path out = Path.of("");

  @Override
  public Integer call() {
    Shape wanted = layers == null ? Shapes.of(shape) : Shapes.of(shape).withLayers(layers);
    FileType fileType = FileType.of(type);
    SyntheticModel.Written written;
    try (var _ = Progress.on(console(), "writing " + wanted.id() + " " + fileType.id())) {
      written = SyntheticModel.write(wanted, fileType, seed, out);
    }
    console()
        .out()
        .line(
            "%s: %s %s, %d tensors, %s"
                .formatted(out, wanted.id(), fileType.id(), written.tensors(), ModelFacts.bytes(written.bytes())));
    return Failure.DONE;
  }
}
