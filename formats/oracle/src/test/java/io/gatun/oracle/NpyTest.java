package io.gatun.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
  private static final byte[] TWO_FLOATS = {0, 0, (byte) 0x80, 0x3F, 0, 0, 0x20, (byte) 0xC0};

  @TempDir Path folder;

  private static byte[] file(String header) {
    var out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\u0001\u0000".getBytes(StandardCharsets.ISO_8859_1));
    out.write(header.length());
    out.write(0);
    out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(TWO_FLOATS);
    return out.toByteArray();
  }

  private static String header(String type, String order, String shape) {
    return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }  \n";
  }

  @Test
  void readsShapeAndValues() throws IOException {
    var vector = Npy.read(Files.write(folder.resolve("v.npy"), file(header("<f4", "False", "2,"))));
    assertEquals(List.of(2), vector.shape());
    assertArrayEquals(new float[] {1, -2.5f}, vector.values());
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(file(header("<f4", "False", "2, 1")));
    }
    var matrix = Npy.read(Files.write(folder.resolve("m.npy.gz"), packed.toByteArray()));
    assertEquals(List.of(2, 1), matrix.shape());
    assertArrayEquals(new float[] {-2.5f}, matrix.row(1));
  }

  @Test
  void refusesWhatItDoesNotUnderstand() throws IOException {
    for (var header :
        List.of(
            header("<f8", "False", "1,"),
            header("<f4", "True", "2,"),
            header("<f4", "False", "3,"),
            header("<f4", "False", "1,"))) {
      var path = Files.write(folder.resolve("bad.npy"), file(header));
      assertThrows(UncheckedIOException.class, () -> Npy.read(path), header);
    }
  }

  @Test
  void readsACommittedReference() {
    assertEquals(List.of(20, 512), Npy.read(Oracle.require("models/stories260K.bos.f32math.logits20.npy")).shape());
  }
}
