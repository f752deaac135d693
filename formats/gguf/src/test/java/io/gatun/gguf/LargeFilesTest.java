package io.gatun.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatun.tensors.Encodings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Past 2 GiB and past 2³¹ elements; the files are sparse. */
class LargeFilesTest {
  private static final long ROWS = (1L << 16) + 1;
  private static final long COLS = 1L << 16;

  @TempDir Path folder;

  @Test
  void theLastRowOfATensorPastTwoToThe31ElementsIsRead() throws IOException {
    var path = folder.resolve("large.gguf");
    var header = GgufBytes.version(3, 2, 0).tensor("large", 8, 0, COLS, ROWS);
    long largeBytes = ROWS * COLS / 32 * 34; // q8_0
    byte[] bytes = header.tensor("after", 0, largeBytes, 1).padTo(32).bytes();
    try (var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      var lastBlock = GgufBytes.empty().i16(0x3C00).zeros(31).i8(-7).f32(42).bytes();
      channel.write(ByteBuffer.wrap(lastBlock), bytes.length + largeBytes - 34);
    }
    try (var file = GgufFile.open(path)) {
      var large = file.tensors().firstEntry().getValue();
      assertEquals(ROWS * COLS, large.values());
      assertEquals(List.of(ROWS, COLS), large.shape());
      var row = new float[(int) COLS];
      large.encoding().decode(large.bytes(), large.encoding().bytes((ROWS - 1) * COLS), row, 0, row.length);
      assertEquals(-7, row[row.length - 1]);
      assertEquals(0, row[0]);
      assertArrayEquals(new float[] {42}, GgufFileTest.decoded(file.tensors().lastEntry().getValue()));
    }
  }

  @Test
  void theWriterPlacesTensorsPastTwoGiB() throws IOException {
    var path = folder.resolve("written.gguf");
    long values = (1L << 31) + 32;
    new GgufWriter()
        .add(
            "large",
            List.of(values),
            Encodings.I8,
            out -> {
              var file = (FileChannel) out;
              long end = file.position() + values;
              file.write(ByteBuffer.wrap(new byte[] {9}), end - 1);
              file.position(end);
            })
        .add("after", List.of(1L), Encodings.F32, out -> out.write(ByteBuffer.wrap(new byte[] {0, 0, -128, 63})))
        .write(path);
    try (var file = GgufFile.open(path)) {
      var last = new float[1];
      Encodings.I8.decode(file.tensors().firstEntry().getValue().bytes(), values - 1, last, 0, 1);
      assertArrayEquals(new float[] {9}, last);
      assertArrayEquals(new float[] {1}, GgufFileTest.decoded(file.tensors().lastEntry().getValue()));
    }
  }
}
