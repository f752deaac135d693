package io.gatun.cli.load;

import io.gatun.model.hf.HfModel;
import io.gatun.tensors.Checkpoint;
import io.gatun.text.HfTokenizer;
import io.gatun.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tokenizers of files and folders, which may hold nothing else. */
public final class Vocabularies {
  private Vocabularies() {}

  /**
   * @throws io.gatun.tensors.FormatException if the file or its vocabulary is malformed
   * @throws io.gatun.tensors.UnsupportedModelException if the kind of tokenizer is not known
   */
  public static Tokenizer tokenizer(Path path) {
    Optional<HfTokenizer> beside = inFolder(path);
    if (beside.isPresent()) {
      return beside.get().tokenizer();
    }
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      return Tokenizer.of(checkpoint.metadata());
    }
  }

  /**
   * The tokenizer of a folder, or of that in which a safetensors file lies; empty for other files.
   *
   * @throws io.gatun.tensors.FormatException if there is none, or it is malformed
   */
  public static Optional<HfTokenizer> inFolder(Path path) {
    boolean isFolder = Files.isDirectory(path) && HfTokenizer.isIn(path);
    return isFolder || (Files.exists(path) && Checkpoints.isSafetensors(path))
        ? Optional.of(HfTokenizer.read(HfModel.folder(path)))
        : Optional.empty();
  }
}
