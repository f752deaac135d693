package io.gatun.cli;

import io.gatun.cli.load.ModelFacts;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.model.Model;
import io.gatun.model.hf.GgufConversion;
import io.gatun.model.hf.HfModel;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.ExactEncoders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun convert}: a folder of safetensors as a GGUF file. */
@Command(
    name = "convert",
    header = "Write a folder of safetensors as a GGUF file.",
    description = {
      "The file has all that the folder's model is made of, tokenizer and chat template included, so that other programs "
          + "open it too.",
      "F32, F16 and BF16 stay what they are. Quantized weights become MXFP4, Q4_0, Q5_0 or Q8_0 where that is exactly the "
          + "same numbers, as it is for MXFP4 and for most integers of up to 4 bits in groups of 32 or more; others are "
          + "rounded to F16, which takes more room than they did.",
      "Weights in NVFP4 are rounded to F16, too, unless --nvfp4 keeps their codes and scales, with what all scales of a "
          + "matrix have in common as a tensor beside it.",
      "Memory stays small whatever the size of the model. The file appears when it is complete."
    })
final class ConvertCommand extends ConsoleCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "A folder with .safetensors files, config.json and a tokenizer.")
  Path folder = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT.gguf", description = "Where to write.")
  Path out = Path.of("");

  @Option(names = "--force", description = "Replace OUT.gguf if it is there.")
  boolean force;

  @Option(names = "--nvfp4", description = "Keep NVFP4, for programs that read it: this one, and llama.cpp since March 2026.")
  boolean nvfp4;

  @Override
  public Integer call() {
    requireFree();
    if (!Files.exists(folder)) {
      throw new UsageException(folder + ": no such folder");
    }
    GgufConversion.Converted written;
    try (Model model = Model.open(folder);
        var progress = Progress.on(console(), "reading")) {
      if (!(model.checkpoint() instanceof HfModel source)) {
        throw new UsageException(folder + ": is a GGUF file already, expected a folder of safetensors");
      }
      model.warnings().forEach(warning -> console().err().line("gatun: warning: " + EscapeFilter.oneLine(warning)));
      if (!model.tokenizer().hasText()) {
        console().err().line("gatun: warning: %s: has no tokenizer, and neither will the file".formatted(folder));
      }
      written = write(conversion(source, progress), progress);
    }
    String encodings =
        written.encodings().entrySet().stream()
            .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey().toUpperCase(Locale.ROOT)))
            .collect(Collectors.joining(", "));
    console()
        .out()
        .line("%s: %s, tensors: %s, %s".formatted(out, written.architecture(), encodings, ModelFacts.bytes(written.bytes())));
    return Failure.DONE;
  }

  private GgufConversion conversion(HfModel source, Progress progress) {
    Set<Encoding> blocks = nvfp4 ? ExactEncoders.all().keySet() : GgufConversion.COMMON_BLOCKS;
    return new GgufConversion(source, blocks, what -> progress.say(EscapeFilter.oneLine(what)));
  }

  private void requireFree() {
    if (Files.isDirectory(out)) {
      throw new UsageException(out + ": is a folder, expected the name of a GGUF file");
    }
    if (Files.exists(out) && !force) {
      throw new UsageException(out + ": is there already; --force replaces it");
    }
    if (!Files.isDirectory(parent())) {
      throw new UsageException(parent() + ": no such folder to write to");
    }
  }

  private Path parent() {
    return Objects.requireNonNull(out.toAbsolutePath().getParent());
  }

  private GgufConversion.Converted write(GgufConversion conversion, Progress progress) {
    try {
      long free = Files.getFileStore(parent()).getUsableSpace();
      if (free < conversion.bytes()) {
        throw new IOException(
            "needs %s, but only %s are free there"
                .formatted(ModelFacts.bytes(conversion.bytes()), ModelFacts.bytes(free)));
      }
      return conversion.write(out, what -> progress.say(EscapeFilter.oneLine(what)));
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot write: %s".formatted(out, e.getMessage()), e);
    }
  }
}
