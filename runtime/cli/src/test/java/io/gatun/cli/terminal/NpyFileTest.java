package io.gatun.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  @TempDir Path folder;

  /** By hand, from the description of the format: magic, version, length of the header, header, values. */
  @Test
  void isTheFormatToTheByte() throws IOException {
    Path file = folder.resolve("x.npy");
    try (var npy = NpyFile.create(file, List.of(2L))) {
      npy.write(new float[] {1f, -2f, 99f}, 2);
    }
    byte[] bytes = Files.readAllBytes(file);
    assertEquals("934e554d5059" + "0100" + "7600", HexFormat.of().formatHex(bytes, 0, 10));
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    assertEquals("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", header.strip());
    assertTrue(header.endsWith(" \n"));
    assertEquals("0000803f" + "000000c0", HexFormat.of().formatHex(bytes, 128, bytes.length));
  }

  @Test
  void moreValuesThanFitABuffer() throws IOException {
    var values = new float[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = folder.resolve("x.npy");
    try (var npy = NpyFile.create(file, List.of(3L, 100_000L))) {
      for (int row = 0; row < 3; row++) {
        npy.write(values, values.length);
      }
    }
    var read = io.gatun.oracle.Npy.read(file);
    assertEquals(List.of(3, 100_000), read.shape());
    assertArrayEquals(values, read.row(2));
  }

  @Test
  void aFileThatIsNotCompleteIsNotLeftBehind() {
    Path file = folder.resolve("x.npy");
    try (var npy = NpyFile.create(file, List.of(2L))) {
      npy.write(new float[1], 1);
    }
    assertTrue(Files.notExists(file));
    try (var npy = NpyFile.create(file, List.of(2L))) {
      assertThrows(IllegalStateException.class, () -> npy.write(new float[3], 3));
    }
    assertTrue(Files.notExists(file));
  }
}
