package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.TensorData;
import io.gatun.tensors.Utf8Strings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  @TempDir Path folder;

  static float[] decoded(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.encoding().decode(tensor.bytes(), 0, values, 0, values.length);
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsEveryTypeInEveryVersion(int version) throws IOException {
    var path = Files.write(folder.resolve("every.gguf"), GgufBytes.everyType(version));
    try (var file = GgufFile.open(path)) {
      var metadata = file.metadata();
      assertEquals("GGUF v" + version, file.format());
      assertEquals(Files.size(path), file.sizeBytes());
      assertEquals(16, file.alignment());
      assertEquals(27, metadata.keys().size());
      assertEquals(253, metadata.integer("one.u8"));
      assertEquals(-3, metadata.integer("one.i8"));
      assertEquals(65533, metadata.integer("one.u16"));
      assertEquals(-3, metadata.integer("one.i16"));
      assertEquals(4294967293L, metadata.integer("one.u32"));
      assertEquals(-3, metadata.integer("one.i32"));
      assertEquals("u64", metadata.peek("one.u64").orElseThrow().type());
      assertEquals(-3, metadata.integer("one.u64"));
      assertEquals(-3, metadata.integer("one.i64"));
      assertEquals(3.25, metadata.number("one.f32"));
      assertEquals(3.1, metadata.number("one.f64"));
      assertEquals(true, metadata.optionalBool("one.bool").orElseThrow());
      assertEquals("text 3", metadata.string("one.str"));
      assertArrayEquals(new long[] {255, 0}, metadata.optionalIntegers("many.u8").orElseThrow());
      assertArrayEquals(new long[] {-1, 0}, metadata.optionalIntegers("many.i64").orElseThrow());
      assertArrayEquals(new float[] {1.25f, 0.25f}, metadata.optionalFloats("many.f32").orElseThrow());
      assertArrayEquals(
          new double[] {1.1, 0.1}, (double[]) metadata.peek("many.f64").orElseThrow().content());
      assertArrayEquals(
          new boolean[] {true, false}, (boolean[]) metadata.peek("many.bool").orElseThrow().content());
      assertEquals(List.of("text 1", "text 0"), metadata.strings("many.str"));
      assertEquals(List.of(), metadata.strings("none"));
      assertEquals("❄ is cold", metadata.string("snow"));
      assertTensors(file);
    }
  }

  private static void assertTensors(GgufFile file) {
    assertEquals(List.of("a.weight", "b.weight"), List.copyOf(file.tensors().keySet()));
    var a = file.tensors().firstEntry().getValue();
    assertEquals(List.of(2L, 3L), a.shape());
    assertArrayEquals(new float[] {0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f}, decoded(a));
    var b = file.tensors().lastEntry().getValue();
    assertEquals(Encodings.Q4_0, b.encoding());
    assertEquals(-8, decoded(b)[31]);
  }

  @Test
  void keepsTheBytesOfTokensThatAreNoUtf8() throws IOException {
    byte[] odd = {(byte) 0xE2, (byte) 0x96};
    var path =
        GgufBytes.version(3, 0, 2)
            .array("tokens", ValueType.STRING, 2)
            .length(2)
            .raw(odd)
            .string("ok")
            .key("name", ValueType.STRING)
            .length(2)
            .raw(odd)
            .write(folder, "odd.gguf");
    try (var file = GgufFile.open(path)) {
      Utf8Strings tokens = file.metadata().optionalUtf8Strings("tokens").orElseThrow();
      assertArrayEquals(odd, tokens.bytes(0));
      assertEquals(List.of("\uFFFD", "ok"), tokens);
      assertEquals("\uFFFD", file.metadata().string("name"));
    }
  }

  @Test
  void tensorsMayLieInAnyOrderWithGaps() throws IOException {
    var path =
        GgufBytes.version(3, 2, 0)
            .tensor("late", 0, 96, 1)
            .tensor("early", 0, 32, 1)
            .padTo(32)
            .zeros(32)
            .f32(1)
            .zeros(60)
            .f32(2)
            .write(folder, "gaps.gguf");
    try (var file = GgufFile.open(path)) {
      assertArrayEquals(new float[] {2}, decoded(file.tensors().firstEntry().getValue()));
      assertArrayEquals(new float[] {1}, decoded(file.tensors().lastEntry().getValue()));
    }
  }

  @Test
  void whatIsNoRegularFileIsSaidToBe() throws IOException {
    assertThrows(NoSuchFileException.class, () -> GgufFile.open(folder.resolve("none.gguf")));
    var thrown = assertThrows(FormatException.class, () -> GgufFile.open(folder));
    assertTrue(String.valueOf(thrown.getMessage()).contains("folder"));
    var empty = Files.createFile(folder.resolve("empty.gguf"));
    assertThrows(FormatException.class, () -> GgufFile.open(empty));
  }

  @Test
  void anOrdinaryVocabularyOpensInMilliseconds() throws IOException {
    int tokens = 150_000;
    var bytes = GgufBytes.version(3, 0, 1).array("tokens", ValueType.STRING, tokens);
    for (int i = 0; i < tokens; i++) {
      bytes.string("token" + i);
    }
    var path = bytes.write(folder, "vocabulary.gguf");
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = System.nanoTime();
      try (var file = GgufFile.open(path)) {
        assertEquals(1, file.metadata().keys().size());
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    assertTrue(best < 100_000_000, "took " + best + " ns at best");
  }
}
