package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encodings;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.Metadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitFilesTest {
  @TempDir Path folder;

  private Path part(int number, int count, String tensor, float value) throws IOException {
    return part("m-%05d-of-%05d.gguf".formatted(number, count), number, count, tensor, value);
  }

  private Path part(String name, int number, int count, String tensor, float value) throws IOException {
    var path = folder.resolve(name);
    var bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, value);
    new GgufWriter()
        .put("split.no", new Metadata.Value("u16", number - 1L))
        .put("split.count", new Metadata.Value("u16", (long) count))
        .put("split.tensors.count", new Metadata.Value("i32", 3L))
        .add(tensor, List.of(1L), Encodings.F32, out -> out.write(bytes.duplicate()))
        .write(path);
    return path;
  }

  private static void assertRejected(String expected, Path path) {
    var thrown = assertThrows(FormatException.class, () -> GgufFile.open(path));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(expected), message);
  }

  @Test
  void theFirstPartOpensAll() throws IOException {
    var first = part(1, 3, "a", 1);
    var second = part(2, 3, "b", 2);
    var third = part(3, 3, "c", 3);
    try (var file = GgufFile.open(first)) {
      assertEquals(List.of("a", "b", "c"), List.copyOf(file.tensors().keySet()));
      assertArrayEquals(new float[] {3}, GgufFileTest.decoded(file.tensors().lastEntry().getValue()));
      assertEquals(Files.size(first) + Files.size(second) + Files.size(third), file.sizeBytes());
      assertEquals(first, file.path());
    }
  }

  @Test
  void aModelMergedAgainHasCountZero() throws IOException {
    var path = folder.resolve("merged.gguf");
    new GgufWriter().put("split.count", new Metadata.Value("u16", 0L)).write(path);
    GgufFile.open(path).close();
  }

  @Test
  void anotherPartPointsToTheFirst() throws IOException {
    var first = part(1, 3, "a", 1);
    var second = part(2, 3, "b", 2);
    assertRejected("open the first part, " + first, second);
  }

  @Test
  void aMissingPartIsNamed() throws IOException {
    var first = part(1, 3, "a", 1);
    part(2, 3, "b", 2);
    assertRejected("m-00003-of-00003.gguf: part 3 of 3 of the split model is missing", first);
  }

  @Test
  void partsThatDoNotBelongTogether() throws IOException {
    var first = part(1, 3, "a", 1);
    part(2, 3, "b", 2);
    part("m-00003-of-00003.gguf", 2, 3, "c", 3);
    assertRejected("say part 2 of 3, expected part 3 of 3", first);
    part(3, 3, "a", 3);
    assertRejected("tensor a is in an earlier part too", first);
    assertRejected("the name says part 1 of 2", Files.copy(first, folder.resolve("m-00001-of-00002.gguf")));
    assertRejected("NAME-00001-of-00003.gguf", Files.copy(first, folder.resolve("model.gguf")));
  }

  @Test
  void theStatedNumberOfTensorsHolds() throws IOException {
    var first = part(1, 2, "a", 1);
    part(2, 2, "b", 2);
    assertRejected("key split.tensors.count is 3, but the parts hold 2 tensors", first);
  }
}
