package io.gatun.cli;

import io.gatun.cli.load.Checkpoints;
import io.gatun.cli.terminal.EscapeFilter;
import io.gatun.cli.terminal.Failure;
import io.gatun.cli.terminal.NpyFile;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.UsageException;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.MatrixEncoding;
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
      "Of safetensors a layer's name is enough, whatever its weights are made of.",
      "Of any size and of any architecture."
    })
final class DequantizeCommand extends ConsoleCommand {
  private static final int CHUNK = 1 << 16;

  @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a .safetensors file, or a folder of them.")
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
      decode(find(checkpoint));
    }
    return Failure.DONE;
  }

  private TensorData find(Checkpoint checkpoint) {
    var tensors = checkpoint.tensors();
    TensorData tensor = tensors.getOrDefault(name, tensors.get(name + ".weight"));
    if (tensor == null) {
      throw new UsageException(
          "%s: no tensor '%s' among its %d: `gatun inspect MODEL --tensors` lists them"
              .formatted(path, name, tensors.size()));
    }
    return tensor;
  }

  private void decode(TensorData tensor) {
    if (tensor.encoding() instanceof MatrixEncoding matrix) {
      decodeRows(tensor, matrix.rowStep());
    } else {
      decodeBlocks(tensor);
    }
  }

  private void decodeRows(TensorData tensor, int rowStep) {
    int cols = Math.toIntExact(tensor.cols());
    int step = Math.max(1, CHUNK / (cols * rowStep)) * rowStep;
    var values = new float[Math.multiplyExact(step, cols)];
    try (NpyFile file = NpyFile.create(out, tensor.shape())) {
      for (long row = 0; row < tensor.rows(); row += step) {
        int count = (int) Math.min(step, tensor.rows() - row);
        tensor.decode(row, count, values);
        file.write(values, count * cols);
      }
    }
  }

  private void decodeBlocks(TensorData tensor) {
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
