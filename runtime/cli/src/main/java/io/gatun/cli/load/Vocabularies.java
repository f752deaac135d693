package io.gatun.cli.load;

import io.gatun.tensors.Checkpoint;
import io.gatun.text.Tokenizer;
import java.nio.file.Path;

/** Tokenizers of files, which may hold nothing else. */
public final class Vocabularies {
  private Vocabularies() {}

  /**
   * @throws io.gatun.tensors.FormatException if the file or its vocabulary is malformed
   * @throws io.gatun.tensors.UnsupportedModelException if the kind of tokenizer is not known
   */
  public static Tokenizer tokenizer(Path path) {
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      return Tokenizer.of(checkpoint.metadata());
    }
  }
}
