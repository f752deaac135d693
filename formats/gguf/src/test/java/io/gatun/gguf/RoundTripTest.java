package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Metadata;
import io.gatun.tensors.Utf8Strings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Read, write, read: the same types, values and bytes. */
class RoundTripTest {
  @TempDir Path folder;

  static Stream<Path> references() throws IOException {
    var files = Stream.<Path>builder();
    for (var part : new String[] {"models", "dequant", "dequant-gguf-py"}) {
      try (var list = Files.list(Oracle.require(part))) {
        list.filter(path -> path.toString().endsWith(".gguf")).sorted().forEach(files::add);
      }
    }
    return files.build();
  }

  static void assertSame(GgufFile expected, GgufFile actual) {
    assertEquals(expected.alignment(), actual.alignment());
    assertEquals(List.copyOf(expected.metadata().keys()), List.copyOf(actual.metadata().keys()));
    for (var key : expected.metadata().keys()) {
      assertSame(key, expected.metadata().peek(key).orElseThrow(), actual.metadata().peek(key).orElseThrow());
    }
    assertEquals(List.copyOf(expected.tensors().keySet()), List.copyOf(actual.tensors().keySet()));
    for (var tensor : expected.tensors().values()) {
      var other = actual.tensors().get(tensor.name());
      assertEquals(tensor.toString(), String.valueOf(other));
      assertEquals(-1, tensor.bytes().mismatch(Objects.requireNonNull(other).bytes()), tensor.name());
    }
  }

  private static void assertSame(String key, Metadata.Value expected, Metadata.Value actual) {
    assertEquals(expected.type(), actual.type(), key);
    switch (expected.content()) {
      case long[] array -> assertArrayEquals(array, (long[]) actual.content(), key);
      case float[] array -> assertArrayEquals(array, (float[]) actual.content(), key);
      case double[] array -> assertArrayEquals(array, (double[]) actual.content(), key);
      case boolean[] array -> assertArrayEquals(array, (boolean[]) actual.content(), key);
      case Utf8Strings strings -> {
        var others = (Utf8Strings) actual.content();
        assertEquals(strings, others, key);
        for (int i = 0; i < strings.size(); i++) {
          assertArrayEquals(strings.bytes(i), others.bytes(i), key);
        }
      }
      default -> assertEquals(expected.content(), actual.content(), key);
    }
  }

  static void copy(GgufFile from, Path to) throws IOException {
    var writer = new GgufWriter().putAll(from.metadata());
    from.tensors().values().forEach(writer::add);
    writer.write(to);
  }

  @ParameterizedTest
  @MethodSource("references")
  void referenceFiles(Path path) throws IOException {
    var copy = folder.resolve("copy.gguf");
    try (var original = GgufFile.open(path)) {
      copy(original, copy);
      try (var written = GgufFile.open(copy)) {
        assertEquals("GGUF v3", written.format());
        assertSame(original, written);
      }
    }
  }

  @Test
  void everyTypeOfValueByteForByte() throws IOException {
    var path = Files.write(folder.resolve("every.gguf"), GgufBytes.everyType(3));
    var copy = folder.resolve("copy.gguf");
    try (var original = GgufFile.open(path)) {
      copy(original, copy);
    }
    byte[] written = Files.readAllBytes(copy);
    byte[] expected = GgufBytes.everyType(3);
    assertArrayEquals(expected, Arrays.copyOf(written, expected.length));
    assertEquals(0, written.length % 16);
  }

  @Test
  void aFileMayBeReplacedByItsOwnCopy() throws IOException {
    var path = Files.write(folder.resolve("self.gguf"), GgufBytes.everyType(2));
    try (var original = GgufFile.open(path)) {
      copy(original, path);
      try (var written = GgufFile.open(path)) {
        assertSame(original, written);
      }
    }
    try (var files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void valuesMustFitTheirTypes() {
    for (var value :
        List.of(
            new Metadata.Value("u8", 256L),
            new Metadata.Value("i8", -129L),
            new Metadata.Value("u32", -1L),
            new Metadata.Value("u32", "7"),
            new Metadata.Value("arr[i16]", new long[] {1L << 15}),
            new Metadata.Value("arr[f32]", new double[] {1}),
            new Metadata.Value("arr", new long[0]),
            new Metadata.Value("arr[arr]", new long[0]),
            new Metadata.Value("arr[str]", new long[0]),
            new Metadata.Value("int", 1L))) {
      var writer = new GgufWriter().put("k", value);
      var thrown =
          assertThrows(IllegalArgumentException.class, () -> writer.write(folder.resolve("bad.gguf")), value.type());
      assertTrue(String.valueOf(thrown.getMessage()).startsWith("key k: "), thrown.getMessage());
    }
  }

  @Test
  void tensorsMustBeWritableAndSourcesExact() {
    var writer = new GgufWriter();
    GgufWriter.Source four = out -> out.write(ByteBuffer.allocate(4));
    writer.add("t", List.of(2L), Encodings.F32, four);
    assertThrows(IllegalStateException.class, () -> writer.write(folder.resolve("bad.gguf")));
    assertThrows(IllegalArgumentException.class, () -> writer.add("t", List.of(1L), Encodings.F32, four));
    assertThrows(IllegalArgumentException.class, () -> writer.add("", List.of(1L), Encodings.F32, four));
    assertThrows(IllegalArgumentException.class, () -> writer.add("u", List.of(), Encodings.F32, four));
    assertThrows(IllegalArgumentException.class, () -> writer.add("u", List.of(0L), Encodings.F32, four));
    assertThrows(IllegalArgumentException.class, () -> writer.add("u", List.of(33L), Encodings.Q4_0, four));
    assertThrows(
        IllegalArgumentException.class, () -> writer.add("n".repeat(64), List.of(1L), Encodings.F32, four));
  }
}
