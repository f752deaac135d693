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

  /** @throws UsageException if there is no such file */
  static void requireFile(Path path) {
    requireExists(path);
    if (Files.isDirectory(path)) {
      throw new UsageException(path + ": is a folder, expected a GGUF file");
    }
  }

  private static void requireExists(Path path) {
    if (!Files.exists(path)) {
      throw new UsageException(path + ": no such file");
    }
  }
}
