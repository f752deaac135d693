package io.gatun.cli;

import io.gatun.cli.load.ModelFacts;
import io.gatun.cli.synth.Shape;
import io.gatun.cli.synth.Shapes;
import io.gatun.cli.synth.SyntheticType;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Progress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun synth}: a model with random weights. */
@Command(
    name = "synth",
    header = "Write a model of a real model's shape with random weights.",
    customSynopsis = "gatun synth SHAPE --type TYPE --out PATH [--layers N] [--seed N]",
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
      description = {
        "A file type of llama.cpp, mixes included, for a GGUF file; or a format of a Hugging Face folder: config.json, a",
        "tokenizer, model.safetensors. Of folders exl2-4.0 is EXL2 that mixes 5, 4 and 3 bits to an average of 4.0 with a",
        "head of 6; exl3-4 has 4 bits and a head of 6; gptq-4-128 and awq-4-128 have groups of 128 (gptq-4-128-actorder: of",
        "inputs in any order); w4a16 and w8a8 are integers of compressed-tensors, of 4 bits with groups of 128 and of 8 bits",
        "with a scale for each row; nf4 is bitsandbytes' with blocks of 64 (nf4-nested: its magnitudes quantized too); fp8",
        "has a scale for each block of 128 by 128; what they leave plain is f16.",
        "One of ${COMPLETION-CANDIDATES}."
      })
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
      paramLabel = "PATH",
      description = "The file or folder to write.")
  Path out = Path.of("");

  @Override
  public Integer call() {
    Shape wanted = layers == null ? Shapes.of(shape) : Shapes.of(shape).withLayers(layers);
    SyntheticType stored = SyntheticType.of(type);
    SyntheticType.Written written;
    try (var _ = Progress.on(console(), "writing " + wanted.id() + " " + stored.id())) {
      written = stored.write(wanted, seed, out);
    }
    console()
        .out()
        .line(
            "%s: %s %s, %d tensors, %s"
                .formatted(out, wanted.id(), stored.id(), written.tensors(), ModelFacts.bytes(written.bytes())));
    return Failure.DONE;
  }
}
