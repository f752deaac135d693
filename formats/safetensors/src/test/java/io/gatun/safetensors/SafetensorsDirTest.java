package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Folders of shards, the writer, life cycles, and files past 2 GiB. */
class SafetensorsDirTest {
  @TempDir Path folder;

  private static RawFile one(String name, float value) {
    return new RawFile().floats(name, List.of(1L), value);
  }

  @Test
  void theUnionOfTheShardsIsTheModelWhateverAStaleIndexSays() throws IOException {
    one("a", 1).write(folder.resolve("output-00001-of-00002.safetensors"));
    one("b", 2).write(folder.resolve("output-00002-of-00002.safetensors"));
    Files.writeString(
        folder.resolve(Shards.INDEX),
        "{\"weight_map\":{\"a\":\"model-00001-of-00009.safetensors\",\"c\":\"output-00001-of-00002.safetensors\"}}");
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\",\"a\":{\"b\":[1,2]},\"eps\":1e-6,\"n\":null}");
    try (var model = SafetensorsDir.open(folder)) {
      assertEquals(List.of("a", "b"), List.copyOf(model.tensors().keySet()));
      assertEquals(2, model.warnings().size());
      assertTrue(model.warnings().get(0).contains("names 1 files that do not exist, such as model-00001-of-00009"));
      assertTrue(model.warnings().get(1).contains("names 1 tensors that no file holds, such as c"));
      assertEquals("llama", model.metadata().string("model_type"));
      assertArrayEquals(new long[] {1, 2}, model.metadata().optionalIntegers("a.b").orElseThrow());
      assertEquals(1e-6, model.metadata().number("eps"));
    }
  }

  @Test
  void ofTwoShardsWithTheSameTensorTheLastWinsAndThatIsReported() throws IOException {
    one("a", 1).write(folder.resolve("x.safetensors"));
    one("a", 2).write(folder.resolve("y.safetensors"));
    try (var model = SafetensorsDir.open(folder)) {
      assertArrayEquals(new float[] {2}, VectorsTest.values(model.tensors().get("a")));
      assertEquals(1, model.warnings().size());
      assertTrue(model.warnings().getFirst().contains("tensor a is in " + folder.resolve("x.safetensors")));
    }
  }

  @Test
  void aMissingPartAnEmptyFolderAndOtherLayouts() throws IOException {
    var empty = assertThrows(FormatException.class, () -> SafetensorsDir.open(folder));
    assertTrue(String.valueOf(empty.getMessage()).contains("holds no .safetensors file"));
    one("tok_embeddings.weight", 9).write(folder.resolve("consolidated.safetensors"));
    assertEquals(List.of(folder.resolve("consolidated.safetensors")), Shards.of(folder));
    one("a", 1).write(folder.resolve("model-00001-of-00002.safetensors"));
    var missing = assertThrows(FormatException.class, () -> SafetensorsDir.open(folder));
    assertTrue(String.valueOf(missing.getMessage()).contains("model-00002-of-00002.safetensors: part 2 of 2 is missing"));
    one("b", 1).write(folder.resolve("model-00002-of-00002.safetensors"));
    try (var model = SafetensorsDir.open(folder)) {
      assertEquals(2, model.tensors().size());
    }
  }

  @Test
  void everyTypeIsWrittenAndReadAgain() throws IOException {
    var file = new RawFile();
    var types =
        List.of(
            Encodings.F64, Encodings.F32, Encodings.F16, Encodings.BF16, Encodings.I64, Encodings.I32, Encodings.I16,
            Encodings.I8, Encodings.U64, Encodings.U32, Encodings.U16, Encodings.U8, Encodings.BOOL, Encodings.F8_E4M3,
            Encodings.F8_E5M2, Encodings.F8_E4M3FNUZ, Encodings.F8_E5M2FNUZ, Encodings.F8_E8M0, Encodings.F4);
    for (var type : types) {
      var bytes = new byte[(int) type.bytes(6)];
      bytes[0] = 1;
      file.bytes(type.id(), List.of(1L, 3L, 2L), type, bytes);
    }
    file.floats("one \"number\" ü", List.of(), 7).bytes("none", List.of(3L, 0L), Encodings.I8);
    var path = file.config("{}").write(folder.resolve("every.safetensors"));
    var copy = folder.resolve("copy.safetensors");
    try (var model = SafetensorsDir.open(path)) {
      var writer = new SafetensorsWriter().put("quantization_config", "{}");
      model.stored().values().forEach(writer::add);
      writer.write(copy);
      for (var type : types) {
        TensorData tensor = model.tensors().get(type.id());
        assertEquals(type, tensor.encoding());
        assertEquals(List.of(1L, 3L, 2L), tensor.shape());
      }
      assertEquals(List.of(), model.tensors().get("one \"number\" ü").shape());
      assertArrayEquals(new float[] {7}, VectorsTest.values(model.tensors().get("one \"number\" ü")));
      assertEquals(0, model.tensors().get("none").values());
    }
    assertArrayEquals(Files.readAllBytes(path), Files.readAllBytes(copy));
    assertEquals(0, (8 + ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong()) % 8);
  }

  @Test
  void theWriterRefusesWhatTheFormatHasNoNameFor() {
    var writer = new SafetensorsWriter();
    assertThrows(IllegalArgumentException.class, () -> writer.add("t", List.of(32L), Encodings.Q4_0, out -> {}));
    assertThrows(IllegalArgumentException.class, () -> writer.add("__metadata__", List.of(), Encodings.F32, out -> {}));
    writer.add("t", List.of(1L), Encodings.F32, out -> {});
    assertThrows(IllegalArgumentException.class, () -> writer.add("t", List.of(1L), Encodings.F32, out -> {}));
    assertThrows(IllegalStateException.class, () -> writer.write(folder.resolve("t.safetensors")));
    assertTrue(Files.notExists(folder.resolve("t.safetensors")));
  }

  @Test
  void afterCloseTensorsAreGoneAndMetadataStay() throws IOException {
    var path = one("a", 1).config("{}").write(folder.resolve("a.safetensors"));
    var model = SafetensorsDir.open(path);
    TensorData tensor = model.tensors().get("a");
    model.close();
    model.close();
    assertThrows(IllegalStateException.class, model::tensors);
    assertThrows(IllegalStateException.class, model::stored);
    assertThrows(IllegalStateException.class, () -> tensor.bytes().get(ValueLayout.JAVA_BYTE, 0));
    assertEquals("{}", model.metadata().string("__metadata__.quantization_config"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatIsRefusedDoesNotStayMapped() throws IOException {
    var path = Files.write(folder.resolve("bad.safetensors"), RawFile.of("{\"a\":1}", 8));
    for (int i = 0; i < 100; i++) {
      assertThrows(FormatException.class, () -> SafetensorsDir.open(path));
    }
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      assertEquals(0, lines.filter(line -> line.endsWith("bad.safetensors")).count());
    }
  }

  @Test
  void theLastTensorOfAFilePastTwoGiB() throws IOException {
    var path = folder.resolve("large.safetensors");
    long values = (1L << 31) + 5;
    new SafetensorsWriter()
        .add(
            "large",
            List.of(values),
            Encodings.I8,
            out -> {
              long end = out.position() + values;
              out.write(ByteBuffer.wrap(new byte[] {9}), end - 1);
              out.position(end);
            })
        .add("after", List.of(1L), Encodings.F32, out -> out.write(ByteBuffer.wrap(new byte[] {0, 0, -128, 63})))
        .write(path);
    try (var model = SafetensorsDir.open(path)) {
      var last = new float[1];
      Encodings.I8.decode(model.tensors().get("large").bytes(), values - 1, last, 0, 1);
      assertArrayEquals(new float[] {9}, last);
      assertArrayEquals(new float[] {1}, VectorsTest.values(model.tensors().get("after")), "at an odd address");
    }
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(values);
    }
    assertThrows(FormatException.class, () -> SafetensorsDir.open(path));
  }
}
