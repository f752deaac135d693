package io.gatun.cli;

import io.gatun.cli.terminal.UsageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code -m MODEL}, where a command cannot do without. */
@Command
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "The model: a GGUF file (of a split one the first part), or a folder of safetensors.")
  @Nullable Path path;

  /**
   * The file. The parser does not ask for it, since an unknown option is the better complaint if there is one.
   *
   * @throws UsageException if there is none
   */
  Path required() {
    if (path == null) {
      throw new UsageException("no model given: name a GGUF file or a folder with -m MODEL");
    }
    return path;
  }
}
