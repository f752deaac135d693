package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.FormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Every prefix of a real file, up to the end of its last tensor. */
class TruncationTest {
  @Test
  void everyPrefixOfARealModelIsAFormatException() throws IOException {
    var whole = MemorySegment.ofArray(Files.readAllBytes(Oracle.require("malformed/files/valid-base.gguf")));
    var tensors = GgufHeader.parse("f.gguf", whole).tensors();
    long start = tensors.stream().mapToLong(TensorInfo::start).min().orElseThrow();
    long end = tensors.stream().mapToLong(TensorInfo::end).max().orElseThrow();
    for (long length = 0; length < end; length += length < start || length + 97 > end ? 1 : 97) {
      var cut = whole.asSlice(0, length);
      assertThrows(FormatException.class, () -> GgufHeader.parse("f.gguf", cut), "cut to " + cut.byteSize());
    }
    GgufHeader.parse("f.gguf", whole.asSlice(0, end));
  }
}
