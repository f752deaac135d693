package io.gatun.cli;

import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.file.Path;

/** Models that tests use. */
public final class Models {
  private Models() {}

  /** A real trained one, F32, vocabulary 512. */
  public static Path stories() {
    return Oracle.require("models/stories260K.gguf");
  }

  public static Path quantizedStories() {
    return Oracle.require("models/stories260K-q4_0.gguf");
  }

  /** The story model with one more text in its metadata: a chat template, or another name. */
  public static Path storiesWith(Path folder, String key, String text) throws IOException {
    Path file = folder.resolve("with.gguf");
    try (var stories = GgufFile.open(stories())) {
      var writer = new GgufWriter().putAll(stories.metadata()).put(key, new Metadata.Value("str", text));
      stories.tensors().values().forEach(writer::add);
      writer.write(file);
    }
    return file;
  }
}
