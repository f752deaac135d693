package io.gatun.cli.load;

import io.gatun.cli.terminal.UsageException;
import io.gatun.gguf.GgufFile;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens model files as they lie, whatever is in them. */
public final class Checkpoints {
  private Checkpoints() {}

  /** @throws UsageException if there is no such file */
  public static Checkpoint open(Path path) {
    try {
      if (SafetensorsDir.matches(path)) {
        requireExists(path);
        return SafetensorsDir.open(path);
      }
      requireFile(path);
      return GgufFile.open(path);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * For what is to be computed with.
   *
   * @throws UsageException if there is no such file
   * @throws UnsupportedModelException if it is no GGUF file but another that is known
   */
  static void requireFile(Path path) {
    requireExists(path);
    if (isSafetensors(path)) {
      throw new UnsupportedModelException(
          path + ": safetensors are not run yet; `gatun inspect` and `gatun dequantize` read them");
    }
    if (Files.isDirectory(path)) {
      throw new UsageException(path + ": is a folder, expected a GGUF file");
    }
  }

  private static boolean isSafetensors(Path path) {
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
