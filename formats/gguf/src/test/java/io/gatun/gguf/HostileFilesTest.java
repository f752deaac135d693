package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.FormatException;
import io.gatun.tensors.Shown;
import io.gatun.tensors.UnsupportedModelException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that lie. Each is answered with one line that says what is wrong where. */
class HostileFilesTest {
  @TempDir Path folder;

  private static void parse(byte[] bytes) {
    GgufHeader.parse("f.gguf", MemorySegment.ofArray(bytes));
  }

  private static void assertRejected(String expected, GgufBytes file) {
    var thrown = assertThrows(FormatException.class, () -> parse(file.bytes()));
    assertMessage(expected, thrown);
  }

  private static void assertMessage(String expected, RuntimeException thrown) {
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains(expected), () -> "expected \"" + expected + "\" in: " + message);
    assertTrue(message.startsWith("f.gguf: "), message);
    assertFalse(message.contains("\n"), message);
  }

  private static GgufBytes oneTensor(String name, int type, long offset, long... dims) {
    return GgufBytes.version(3, 1, 0).tensor(name, type, offset, dims).padTo(32).zeros(64);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyTruncationIsAFormatException(int version) {
    byte[] whole = GgufBytes.everyType(version);
    parse(whole);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(FormatException.class, () -> parse(cut), "version " + version + " cut to " + length);
    }
  }

  @Test
  void otherMagicsVersionsAndByteOrders() {
    assertRejected("it is no GGUF file", GgufBytes.empty().ascii("GGML").zeros(40));
    assertRejected("GGUF version 0,", GgufBytes.version(0, 0, 0));
    assertRejected("GGUF version 4,", GgufBytes.version(4, 0, 0));
    for (int version = 1; version <= 3; version++) {
      assertRejected("big-endian", GgufBytes.version(Integer.reverseBytes(version), 0, 0));
    }
  }

  @Test
  void countsThatTheFileCannotHold() {
    for (long count : new long[] {-1, Long.MIN_VALUE, 1L << 40, 1L << 58, 4}) {
      assertRejected("the number of tensors at byte 8", GgufBytes.version(3, count, 0).zeros(40));
      assertRejected("the number of metadata pairs at byte 16", GgufBytes.version(3, 0, count).zeros(40));
      var array = GgufBytes.version(3, 0, 1).array("k", ValueType.U64, count).zeros(24);
      assertRejected("key k: the number of elements", array);
      var string = GgufBytes.version(3, 0, 1).key("k", ValueType.STRING).length(count).zeros(3);
      assertRejected("key k: the number of bytes of a string", string);
    }
    assertRejected("the number of tensors at byte 8 is 4294967295", GgufBytes.version(1, -1, 0).zeros(40));
  }

  @Test
  void keys() {
    assertRejected("the key at byte 24 is empty", GgufBytes.version(3, 0, 1).key("", ValueType.U8).i8(1).zeros(9));
    assertRejected("control character", GgufBytes.version(3, 0, 1).key("a\nb", ValueType.U8).i8(1).zeros(9));
    assertRejected("no UTF-8", GgufBytes.version(3, 0, 1).length(1).i8(0xFF).zeros(13));
    var twice = GgufBytes.version(3, 0, 2).key("k", ValueType.U8).i8(1).key("k", ValueType.U8).i8(1);
    assertRejected("key k: occurs twice", twice);
    var longest = GgufBytes.version(3, 0, 1).key("k".repeat(65_535), ValueType.U8).i8(1);
    parse(longest.bytes());
    var tooLong = GgufBytes.version(3, 0, 1).key("k".repeat(65_536), ValueType.U8).i8(1);
    assertRejected("is 65536, expected at most 65535", tooLong);
  }

  @Test
  void valueTypes() {
    assertRejected("the type at byte 33 is 13", GgufBytes.version(3, 0, 1).string("k").i32(13).zeros(9));
    assertRejected("is 4294967295, expected 0 to 12", GgufBytes.version(3, 0, 1).string("k").i32(-1).zeros(9));
    assertRejected(
        "array of arrays", GgufBytes.version(3, 0, 1).array("k", ValueType.ARRAY, 1).i32(0).length(0));
    assertRejected("is 2, expected 0 or 1", GgufBytes.version(3, 0, 1).key("k", ValueType.BOOL).i8(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4, 3, 7, 12, 33, Integer.MIN_VALUE})
  void alignments(int alignment) {
    assertRejected(
        "key general.alignment",
        GgufBytes.version(3, 0, 1).key("general.alignment", ValueType.U32).i32(alignment));
  }

  @Test
  void tensorNames() {
    assertRejected("the name at byte 24 is empty", oneTensor("", 0, 0, 1));
    parse(oneTensor("n".repeat(63), 0, 0, 1).bytes());
    assertRejected("is 64, expected at most 63", oneTensor("n".repeat(64), 0, 0, 1));
    assertRejected("control character", oneTensor("a\u001b[2Jb", 0, 0, 1));
    var twice = GgufBytes.version(3, 2, 0).tensor("t", 0, 0, 1).tensor("t", 0, 32, 1).padTo(32).zeros(64);
    assertRejected("tensor t: occurs twice", twice);
  }

  @Test
  void tensorDimensions() {
    parse(oneTensor("t", 0, 0, 1, 1, 2, 2).bytes());
    assertRejected("has 0 dimensions", oneTensor("t", 0, 0));
    assertRejected("has 5 dimensions", oneTensor("t", 0, 0, 1, 1, 1, 1, 1));
    assertRejected("dimension 0 is 0", oneTensor("t", 0, 0, 0));
    assertRejected("dimension 1 is 9223372036854775808", oneTensor("t", 0, 0, 1, Long.MIN_VALUE));
    assertRejected("dimension 1 is 4294967296", oneTensor("t", 0, 0, 1L << 32, 1L << 32));
    assertRejected("overflows", oneTensor("t", 0, 0, 1L << 31, 1L << 31));
    assertRejected("rows of 48 values, expected a multiple of the 32", oneTensor("t", 2, 0, 48, 2));
  }

  @Test
  void tensorTypes() {
    for (int type : new int[] {4, 5, 31, 32, 33, 36, 37, 38}) {
      byte[] removed = oneTensor("t", type, 0, 256).bytes();
      assertMessage("removed", assertThrows(UnsupportedModelException.class, () -> parse(removed)));
    }
    for (int type : new int[] {43, 8000, -1}) {
      byte[] unknown = oneTensor("t", type, 0, 256).bytes();
      assertMessage("unknown type", assertThrows(UnsupportedModelException.class, () -> parse(unknown)));
    }
  }

  @Test
  void tensorOffsets() {
    parse(oneTensor("t", 0, 32, 8).bytes());
    assertRejected("no multiple of the alignment 32", oneTensor("t", 0, 8, 1));
    assertRejected("needs 36 bytes", oneTensor("t", 0, 32, 9));
    assertRejected("needs 4 bytes", oneTensor("t", 0, 64, 1));
    assertRejected("at offset 18446744073709551584", oneTensor("t", 0, -32, 1));
    assertRejected("at offset 9223372036854775776", oneTensor("t", 0, Long.MAX_VALUE - 31, 1));
    var overlap = GgufBytes.version(3, 2, 0).tensor("a", 0, 0, 9).tensor("b", 0, 32, 1).padTo(32).zeros(64);
    assertRejected("they overlap", overlap);
  }

  @Test
  void namesInMessagesAreCutAndHarmless() {
    assertEquals("a?[31m?b", Shown.of("a\u001b[31m\u202eb"));
    assertEquals("x".repeat(100) + "…", Shown.of("x".repeat(5000)));
  }

  /** Files may be sparse: a length that fits one proves nothing. */
  @Test
  void hugeSparseFilesAreAnsweredSoonAndInLittleMemory() throws IOException {
    var path = folder.resolve("f.gguf");
    long size = 6L << 30;
    for (var header :
        new GgufBytes[] {
          GgufBytes.version(3, 1L << 27, 0),
          GgufBytes.version(3, 0, 1L << 28),
          GgufBytes.version(3, 0, 1).array("k", ValueType.U8, 5L << 30),
          GgufBytes.version(3, 0, 1).array("k", ValueType.STRING, 1 << 29),
          GgufBytes.version(3, 0, 1).key("k", ValueType.STRING).length(5L << 30),
          GgufBytes.version(3, 0, 1).length(5L << 30)
        }) {
      Files.write(path, header.bytes());
      try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(1), size);
      }
      assertTimeoutPreemptively(
          Duration.ofSeconds(2), () -> assertThrows(FormatException.class, () -> GgufFile.open(path)));
    }
  }
}
