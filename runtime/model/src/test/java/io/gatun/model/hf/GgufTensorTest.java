package io.gatun.model.hf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatun.oracle.Oracle;
import io.gatun.safetensors.SafetensorsDir;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import io.gatun.tensors.ExactEncoders;
import io.gatun.tensors.FormatException;
import io.gatun.tensors.LevelEncoding;
import io.gatun.tensors.MatrixEncoding;
import io.gatun.tensors.ScaleGrid;
import io.gatun.tensors.StackedEncoding;
import io.gatun.tensors.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufTensorTest {
  static List<Path> layers() {
    return Oracle.vectors().stream().filter(path -> !path.toString().contains("tables")).toList();
  }

  private static float[] values(TensorData tensor) {
    var values = new float[Math.toIntExact(tensor.values())];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    return values;
  }

  /** What the file has, as numbers. */
  private static float[] written(GgufTensor tensor) {
    var bytes = new ByteArrayOutputStream();
    try {
      tensor.writeTo(Channels.newChannel(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int count = Math.toIntExact(tensor.tensor().values());
    assertEquals(tensor.encoding().bytes(count), bytes.size());
    var values = new float[count];
    tensor.encoding().decode(MemorySegment.ofArray(bytes.toByteArray()), 0, values, 0, count);
    return values;
  }

  /** The file's quantized layers. */
  private static List<TensorData> matrices(SafetensorsDir file) {
    return file.tensors().values().stream().filter(tensor -> tensor.encoding() instanceof MatrixEncoding).toList();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void numbersStayOrAreRoundedToHalf(Path path) throws IOException {
    try (var file = SafetensorsDir.open(path)) {
      for (TensorData tensor : matrices(file)) {
        float[] expected = values(tensor);
        GgufTensor converted = GgufTensor.of(tensor, RowOrder.SAME, GgufConversion.COMMON_BLOCKS);
        if (IntStream.range(0, expected.length).anyMatch(i -> !Float.isFinite(expected[i]))) {
          assertThrows(FormatException.class, () -> written(converted));
          continue;
        }
        float[] found = written(converted);
        boolean isHalf = converted.encoding().equals(Encodings.F16);
        for (int i = 0; i < expected.length; i++) {
          float wanted = isHalf ? Float.float16ToFloat(Float.floatToFloat16(expected[i])) : expected[i];
          assertEquals(wanted + 0f, found[i] + 0f); // −0 is 0
        }
      }
    }
  }

  /** Where an encoding has the same numbers, the one with the fewest bits is taken. */
  @ParameterizedTest
  @CsvSource({
    "fp4/00_nvfp4_compressed_tensors, f16",
    "fp4/02_mxfp4_compressed_tensors, mxfp4",
    "fp4/03_mxfp4_gptoss, mxfp4",
    "fp4/04_fp4_deepseek_v4_expert, mxfp4",
    "gptq/00_b4_g128_seq_sym, q4_0",
    "gptq/06_b3_g128_seq_sym, q4_0",
    "gptq/12_b2_g128_seq_sym, q4_0",
    "gptq/02_b4_g32_seq_asym, q5_0",
    "gptq/18_b8_g128_seq_sym, q8_0",
    "awq/00_gemm_g128, q5_0",
    "awq/04_gemv_g64, q5_0",
    "compressed-tensors/00_int4_g128_sym, q4_0",
    "compressed-tensors/01_int4_g32_asym, q5_0",
    "compressed-tensors/02_int4_channel_sym, q4_0",
    "compressed-tensors/05_int8_g128_sym, q8_0",
    "compressed-tensors/10_int5_g64_sym_dense, q5_0",
    "gptq/01_b4_g128_act_sym, f16",
    "exl2/02_b4, f16",
    "bitsandbytes/00_nf4_b64, f16",
    "fp8/01_e4m3_tensor, f16"
  })
  void repackedWhereThatLosesNothing(String name, String expected) throws IOException {
    try (var file = SafetensorsDir.open(Oracle.requireVector(name + ".safetensors"))) {
      for (TensorData tensor : matrices(file)) {
        assertEquals(expected, GgufTensor.of(tensor, RowOrder.SAME, GgufConversion.COMMON_BLOCKS).encoding().id());
      }
    }
  }

  /** Codes and scales are the very same, with the rows in another order; the factor is apart. */
  @Test
  void nvfp4IsKeptWhereItIsAskedFor() throws IOException {
    try (var file = SafetensorsDir.open(Oracle.requireVector("fp4/00_nvfp4_compressed_tensors.safetensors"))) {
      for (TensorData tensor : matrices(file)) {
        float[] expected = values(tensor);
        var order = new RowOrder(4, 4);
        GgufTensor converted = GgufTensor.of(tensor, order, ExactEncoders.all().keySet());
        assertEquals(Encodings.NVFP4, converted.encoding());
        TensorData scale = converted.scale().orElseThrow();
        assertEquals(tensor.name().replace(".weight", ".scale"), scale.name());
        assertEquals(List.of(1L), scale.shape());
        float[] found = written(converted);
        int cols = Math.toIntExact(tensor.cols());
        for (int i = 0; i < found.length; i++) {
          float wanted = expected[order.stored(i / cols) * cols + i % cols];
          assertEquals(wanted, found[i] * values(scale)[0], Math.abs(wanted) * 0x1p-22f);
        }
        assertEquals(Optional.empty(), GgufTensor.of(tensor, order, GgufConversion.COMMON_BLOCKS).scale());
      }
    }
  }

  /** Nothing in common, nothing beside; and a factor that is no number is not lost. */
  @Test
  void nvfp4WithOddFactors() {
    for (float factor : new float[] {1, 0, Float.NaN, Float.POSITIVE_INFINITY}) {
      ScaleGrid grid = ScaleGrid.of(Encodings.F8_E4M3, 2, 4, 1).times(factor);
      var encoding = new LevelEncoding("nvfp4-planes", 2, 64, 16, grid, Optional.empty());
      var codes = new byte[64];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (i * 37);
      }
      var scales = new byte[8];
      Arrays.fill(scales, (byte) 0x2A);
      var tensor =
          new TensorData(
              "blk.0.ffn_up.weight",
              List.of(2L, 64L),
              encoding,
              List.of(MemorySegment.ofArray(codes), MemorySegment.ofArray(scales)));
      GgufTensor converted = GgufTensor.of(tensor, RowOrder.SAME, ExactEncoders.all().keySet());
      assertEquals(Optional.empty(), converted.scale());
      if (Float.isFinite(factor)) {
        assertEquals(factor == 0 ? Encodings.MXFP4 : Encodings.NVFP4, converted.encoding());
        assertArrayEquals(values(tensor), written(converted), 0f); // −0 is 0
      } else {
        assertThrows(FormatException.class, () -> written(converted));
      }
    }
  }

  private static TensorData tensor(String name, Encoding encoding, Long... shape) {
    long values = List.of(shape).stream().reduce(1L, Math::multiplyExact);
    var bytes = new byte[Math.toIntExact(encoding.bytes(values))];
    new Random(3).nextBytes(bytes);
    for (int i = 1; i < bytes.length; i += 2) {
      bytes[i] = (byte) (bytes[i] & 0xBF); // no exponent is the highest
    }
    return new TensorData(name, List.of(shape), encoding, List.of(MemorySegment.ofArray(bytes)));
  }

  @Test
  void floatsStayWhatTheyAre() {
    for (Encoding encoding : List.of(Encodings.F32, Encodings.F16, Encodings.BF16)) {
      TensorData matrix = tensor("blk.0.ffn_up.weight", encoding, 3L, 40L);
      GgufTensor kept = GgufTensor.of(matrix, RowOrder.SAME, GgufConversion.COMMON_BLOCKS);
      assertEquals(encoding, kept.encoding());
      assertArrayEquals(values(matrix), written(kept));
      TensorData stacked = StackedEncoding.stack("blk.0.ffn_up_exps.weight", List.of(matrix, matrix));
      GgufTensor together = GgufTensor.of(stacked, RowOrder.SAME, GgufConversion.COMMON_BLOCKS);
      assertEquals(encoding, together.encoding());
      assertArrayEquals(values(stacked), written(together));
    }
  }

  @Test
  void otherFloatsAreWidened() {
    for (var tensor :
        List.of(
            tensor("blk.0.attn_norm.weight", Encodings.BF16, 40L),
            tensor("blk.0.ffn_up_exps.bias", Encodings.F16, 2L, 40L),
            tensor("blk.0.ffn_up.weight", Encodings.F64, 2L, 40L))) {
      GgufTensor widened = GgufTensor.of(tensor, RowOrder.SAME, GgufConversion.COMMON_BLOCKS);
      assertEquals(Encodings.F32, widened.encoding());
      assertArrayEquals(values(tensor), written(widened));
    }
    TensorData small = tensor("blk.0.ffn_up.weight", Encodings.F8_E5M2, 2L, 40L);
    GgufTensor widened = GgufTensor.of(small, RowOrder.SAME, GgufConversion.COMMON_BLOCKS);
    assertEquals(Encodings.F16, widened.encoding());
    assertArrayEquals(values(small), written(widened));
  }

  /** Heads of six rows, of which four rotate: halves become neighbours. */
  @Test
  void rowsOfHeadsAreInterleaved() {
    TensorData tensor = tensor("blk.0.attn_q.weight", Encodings.BF16, 12L, 8L);
    float[] stored = values(tensor);
    float[] found = written(GgufTensor.of(tensor, new RowOrder(6, 4), GgufConversion.COMMON_BLOCKS));
    int[] order = {0, 2, 1, 3, 4, 5, 6, 8, 7, 9, 10, 11};
    for (int row = 0; row < order.length; row++) {
      assertArrayEquals(
          Arrays.copyOfRange(stored, order[row] * 8, order[row] * 8 + 8), Arrays.copyOfRange(found, row * 8, row * 8 + 8));
    }
  }
}
