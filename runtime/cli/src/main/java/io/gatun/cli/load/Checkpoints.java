package io.gatun.cli.load;

import io.gatun.cli.terminal.UsageException;
import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens model files as they lie, whatever is in them. */
public final class Checkpoints {
  private Checkpoints() {}

  /** @throws UsageException if there is no such file */
  public static Checkpoint open(Path path) {
    requireModel(path);
    try {
      return isSafetensors(path) ? SafetensorsDir.open(path) : GgufFile.open(path);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * For what is to be computed with.
   *
   * @throws UsageException if there is no such file, or it is a folder without a model
   */
  static void requireModel(Path path) {
    requireExists(path);
    if (Files.isDirectory(path) && !isSafetensors(path)) {
      throw new UsageException(
          path + ": is a folder without .safetensors files, expected a GGUF file or a model's folder");
    }
  }

  /** Whether a path is a folder of safetensors, or such a file. */
  static boolean isSafetensors(Path path) {
    try {
      return SafetensorsDir.matches(path);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static void requireExists(Path path) {
    if (!Files.exists(path)) {
      throw new UsageException(path + ": no such file");
    }
  }
}
