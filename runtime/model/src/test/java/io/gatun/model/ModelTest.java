package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.gguf.GgufFile;
import io.gatun.gguf.GgufWriter;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.Checkpoint;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.UnsupportedModelException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing in a file is silently ignored, and nothing outlives its model. */
class ModelTest {
  @TempDir Path folder;

  @Test
  void aKeyThatNobodyReadIsAWarning() throws Exception {
    Path file = folder.resolve("key.gguf");
    try (Checkpoint story = GgufFile.open(Oracle.require("models/stories260K.gguf"))) {
      var writer = copy(story);
      writer.put("llama.residual_scale", new Metadata.Value("f32", 0.5));
      writer.write(file);
    }
    try (Model model = Model.open(file)) {
      assertEquals(1, model.warnings().size());
      assertTrue(model.warnings().getFirst().contains("llama.residual_scale"), model.warnings().toString());
    }
  }

  @Test
  void aTensorThatNobodyUsesIsAnError() throws Exception {
    Path file = folder.resolve("tensor.gguf");
    try (Checkpoint story = GgufFile.open(Oracle.require("models/stories260K.gguf"))) {
      var writer = copy(story);
      TensorData norm = story.tensors().firstEntry().getValue();
      writer.add(new TensorData("blk.0.attn_sinks.weight", norm.shape(), norm.encoding(), norm.planes()));
      writer.write(file);
    }
    var error = assertThrows(UnsupportedModelException.class, () -> Model.open(file));
    assertTrue(error.toString().contains("blk.0.attn_sinks.weight"), error.toString());
  }

  private static GgufWriter copy(Checkpoint source) {
    var writer = new GgufWriter().putAll(source.metadata());
    source.tensors().values().forEach(writer::add);
    return writer;
  }

  @Test
  void closingEndsWhatUsesIt() {
    Model model = Model.open(Oracle.require("models/stories260K.gguf"));
    var closed = new boolean[1];
    model.attach(() -> closed[0] = true);
    model.close();
    assertTrue(closed[0]);
    model.close();
    assertThrows(IllegalStateException.class, () -> model.attach(() -> {}));
  }

  @Test
  void fingerprintsTellFilesApart() {
    try (Model a = Model.open(Oracle.require("models/stories260K.gguf"));
        Model b = Model.open(Oracle.require("models/stories260K-f16.gguf"));
        Model again = Model.open(Oracle.require("models/stories260K.gguf"))) {
      assertEquals(a.fingerprint(), again.fingerprint());
      assertNotEquals(a.fingerprint(), b.fingerprint());
    }
  }

  @Test
  void opensTenThousandTimes() {
    for (int i = 0; i < 10_000; i++) {
      Model.open(Oracle.require("models/stories260K-q4_0.gguf")).close();
    }
    try (Model model = Model.open(Oracle.require("models/stories260K-q4_0.gguf"))) {
      assertEquals(List.of(), model.warnings());
    }
  }
}
