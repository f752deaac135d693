package io.gatun.cli;

import io.gatun.cli.load.Checkpoints;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.NpyFile;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.TensorData;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun dequantize}: one tensor's numbers. */
@Command(
    name = "dequantize",
    header = "Write a tensor's numbers to a NumPy file.",
    description = {
      "As float32, in NumPy's order: GGUF's dimensions reversed, [out, in].",
      "Of any size and of any architecture."
    })
final class DequantizeCommand extends ConsoleCommand {
  private static final int CHUNK = 1 << 16;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file.")
  Path path = Path.of("");

  @Parameters(index = "1", paramLabel = "TENSOR", description = "Its name, as `gatun inspect MODEL --tensors` lists it.")
  String name = "";

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.npy",
      description = "Where to write.")
  Path out = Path.of("");

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoints.open(path);
        var _ = Progress.on(console(), "decoding " + EscapeFilter.oneLine(name))) {
      TensorData tensor = checkpoint.tensors().get(name);
      if (tensor == null) {
        throw new UsageException(
            "%s: no tensor '%s' among its %d: `gatun inspect MODEL --tensors` lists them"
                .formatted(path, name, checkpoint.tensors().size()));
      }
      decode(tensor);
    }
    return Failure.DONE;
  }

  private void decode(TensorData tensor) {
    int block = tensor.encoding().blockLength();
    int step = Math.max(1, CHUNK / block) * block;
    var values = new float[step];
    long total = tensor.values();
    tensor.encoding().decode(tensor.bytes(), 0, values, 0, (int) Math.min(step, total)); // refuses before a file is made
    try (NpyFile file = NpyFile.create(out, tensor.shape())) {
      for (long done = 0; done < total; done += step) {
        int count = (int) Math.min(step, total - done);
        tensor.encoding().decode(tensor.bytes(), tensor.encoding().bytes(done), values, 0, count);
        file.write(values, count);
      }
    }
  }
}
