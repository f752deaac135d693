package io.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.gguf.GgufFile;
import io.gatun.model.hf.GgufConversion;
import io.gatun.model.hf.HfModel;
import io.gatun.oracle.Oracle;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders that were written of reference files, as the GGUF files that they become again. */
class ConvertedFolderTest {
  @TempDir Path folder;

  static List<String> models() {
    return FolderLogitsTest.models();
  }

  /** Names, shapes and numbers are those of the reference's file, and so are types of keys, and logits. */
  @ParameterizedTest
  @MethodSource("models")
  void theFileIsTheReferencesAgain(String name) throws IOException {
    Path gguf = Oracle.require("models/" + name + ".gguf");
    FolderWriter kind = Objects.requireNonNull(FolderLogitsTest.KINDS.get(name));
    kind.write(gguf, folder);
    Path converted = converted(folder);
    try (var expected = GgufFile.open(gguf);
        var found = GgufFile.open(converted)) {
      assertEquals(new TreeSet<>(expected.tensors().keySet()), new TreeSet<>(found.tensors().keySet()));
      float tolerance = kind.gainsBelowOne() ? 0x1p-23f : 0; // 1 was taken from them and added again
      for (TensorData tensor : expected.tensors().values()) {
        TensorData again = Objects.requireNonNull(found.tensors().get(tensor.name()));
        assertEquals(tensor.shape(), again.shape(), tensor.name());
        assertArrayEquals(values(tensor), values(again), tolerance, tensor.name());
      }
      for (String key : found.metadata().keys()) {
        expected.metadata().peek(key).ifPresent(
            value -> assertEquals(value.type(), found.metadata().peek(key).orElseThrow().type(), key));
      }
      assertEquals(
          expected.metadata().strings("tokenizer.ggml.tokens"), found.metadata().strings("tokenizer.ggml.tokens"));
    }
    FolderLogitsTest.assertReferences(name, converted);
  }

  private static float[] values(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    return values;
  }

  /** The GGUF file of a folder, in it. */
  static Path converted(Path folder) throws IOException {
    Path gguf = folder.resolve("converted.gguf");
    try (HfModel source = HfModel.open(folder)) {
      new GgufConversion(source, GgufConversion.COMMON_BLOCKS, _ -> {}).write(gguf, _ -> {});
    }
    return gguf;
  }
}
