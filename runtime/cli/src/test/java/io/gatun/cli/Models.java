package io.gatun.cli;

import io.gatun.oracle.Oracle;
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
}
