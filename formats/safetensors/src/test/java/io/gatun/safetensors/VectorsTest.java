package io.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.oracle.Oracle;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.Exl3Encoding;
import io.gatun.tensors.FlatBlockEncoding;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.TensorData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers quantized by the reference projects against the matrices that these make of them. */
class VectorsTest {
  private static final String EXPECTED = "expected.";

  static List<Path> layers() {
    return Oracle.vectors().stream().filter(file -> !file.endsWith("00_tables.safetensors")).toList();
  }

  private static String layer(SafetensorsDir file) {
    return file.tensors().keySet().stream()
        .filter(name -> name.startsWith(EXPECTED))
        .map(name -> name.substring(EXPECTED.length()))
        .findFirst()
        .orElseThrow();
  }

  private static TensorData matrix(SafetensorsDir file) {
    String layer = layer(file);
    return file.tensors().containsKey(layer) ? RawFile.tensor(file, layer) : RawFile.tensor(file, layer + ".weight");
  }

  static float[] values(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    return values;
  }

  /** Of the largest: 0 where formats are exact. */
  private static double tolerance(TensorData matrix) {
    return switch (matrix.encoding().id()) {
      case "llm.int8" -> 2e-7; // the reference multiplies by a rounded 1 / 127
      case "exl3" -> 1e-6;
      default -> 0;
    };
  }

  private static void assertValues(float[] expected, float[] found, double tolerance) {
    double largest = 0;
    for (float value : expected) {
      largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i] + 0f, found[i] + 0f, (float) (tolerance * largest), "value " + i); // −0 is 0
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theMatrixIsTheReferences(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData expected = RawFile.tensor(file, EXPECTED + layer(file));
      TensorData found = matrix(file);
      assertEquals(expected.shape(), found.shape());
      assertValues(values(expected), values(found), tolerance(found));
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aRegionIsThatPartOfTheMatrix(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData tensor = matrix(file);
      var encoding = (MatrixEncoding) tensor.encoding();
      float[] whole = values(tensor);
      int cols = (int) tensor.cols();
      var region = new Region(1, 2, 5, cols - 12);
      var part = new float[3 + region.values()];
      encoding.decode(tensor.planes(), region, part, 3);
      for (int row = 0; row < 2; row++) {
        int from = (1 + row) * cols + 5;
        assertArrayEquals(
            Arrays.copyOfRange(whole, from, from + region.count()),
            Arrays.copyOfRange(part, 3 + row * region.count(), 3 + (row + 1) * region.count()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void integerCodesAreTheMatrixInPackedOrder(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData tensor = matrix(file);
      var optional = ((MatrixEncoding) tensor.encoding()).codes();
      List<String> floats = List.of("exl3", "f8_e4m3-scaled", "f8_e5m2-scaled");
      boolean blocksCrossRows = tensor.encoding() instanceof FlatBlockEncoding flat && tensor.cols() % flat.groupLength() != 0;
      assertEquals(floats.contains(tensor.encoding().id()) || blocksCrossRows, optional.isEmpty());
      if (optional.isEmpty()) {
        return;
      }
      boolean areRounded = tensor.encoding() instanceof FlatBlockEncoding;
      var codes = optional.get();
      int group = codes.groupLength();
      assertEquals(0, group % 16);
      float[] whole = values(tensor);
      float largest = 0;
      for (float value : whole) {
        largest = Math.max(largest, Math.abs(value));
      }
      int cols = (int) tensor.cols();
      var region = new Region(3, 2, group, cols - group);
      int groups = Math.ceilDiv(region.count(), group);
      var bytes = new byte[region.values()];
      var scales = new float[2 * groups];
      var minimums = new float[2 * groups];
      codes.unpack(tensor.planes(), region, bytes, scales, minimums);
      for (int i = 0; i < bytes.length; i++) {
        int packed = group + i % region.count();
        int col = codes.permutation().length == 0 ? packed : codes.permutation()[packed];
        int g = i / region.count() * groups + (packed - group) / group;
        float value = bytes[i] * scales[g] + (codes.hasMinimum() ? minimums[g] : 0);
        float rounding = areRounded ? 0.43f * Math.abs(scales[g]) : 0;
        assertEquals(whole[(3 + i / region.count()) * cols + col], value, rounding + 2e-7f * largest);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theNumbersBetweenTheRotationsOfExl3(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      TensorData tensor = matrix(file);
      if (tensor.encoding() instanceof Exl3Encoding encoding) {
        var inner = new float[(int) tensor.values()];
        encoding.decodeInner(tensor.planes(), new Region(0, (int) tensor.rows(), 0, (int) tensor.cols()), inner, 0);
        assertArrayEquals(values(RawFile.tensor(file, "expected_inner." + layer(file))), inner);
      }
    }
  }

  @Test
  void tablesOfSmallFloats() throws IOException {
    try (var file = SafetensorsDir.open(Oracle.requireVector("fp8/00_tables.safetensors"))) {
      var every = new byte[256];
      for (int i = 0; i < 256; i++) {
        every[i] = (byte) i;
      }
      for (var type : List.of(Encodings.F8_E4M3, Encodings.F8_E5M2, Encodings.F8_E8M0)) {
        float[] expected = values(RawFile.tensor(file, type.id().substring(3)));
        var found = new float[256];
        type.decode(MemorySegment.ofArray(every), 0, found, 0, 256);
        assertArrayEquals(expected, found, type.id());
      }
      var pairs = MemorySegment.ofArray(new byte[] {0x10, 0x32, 0x54, 0x76, (byte) 0x98, (byte) 0xBA, (byte) 0xDC, (byte) 0xFE});
      var found = new float[16];
      Encodings.F4.decode(pairs, 0, found, 0, 16);
      assertArrayEquals(values(RawFile.tensor(file, "e2m1")), found);
      assertTrue(Float.isNaN(Encodings.F8_E4M3FNUZ.value(MemorySegment.ofArray(every), 0x80)));
      assertEquals(240, Encodings.F8_E4M3FNUZ.value(MemorySegment.ofArray(every), 0x7F));
      assertEquals(57344, Encodings.F8_E5M2FNUZ.value(MemorySegment.ofArray(every), 0x7F));
      assertEquals(0x1p-17f, Encodings.F8_E5M2FNUZ.value(MemorySegment.ofArray(every), 1));
    }
  }
}
