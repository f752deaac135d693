package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.FlatBlockEncoding.Table;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The levels that stand for the numbers of 4-bit tables, for kernels with 8-bit activations. */
class FlatBlockEncodingTest {

  @ParameterizedTest
  @EnumSource
  void levelsAreNearestToTheNumbers(Table table) {
    double squares = 0;
    double errors = 0;
    for (int code = 0; code < 16; code++) {
      double error = table.level(code) * (double) table.unit() - table.number(code);
      assertTrue(Math.abs(error) <= 0.43 * table.unit(), table + " " + code);
      assertEquals((int) Math.signum(table.number(code)), Integer.signum(table.level(code)), "a zero stays one");
      errors += error * error;
      squares += table.number(code) * (double) table.number(code);
    }
    assertTrue(Math.sqrt(errors / squares) < 0.0034, "%s: %f".formatted(table, Math.sqrt(errors / squares)));
  }

  @Test
  void theHighNibbleIsFirst() {
    var encoding = new FlatBlockEncoding("nf4", 2, 16, Table.NF4, 16, List.of());
    var bytes = new byte[16];
    bytes[8] = 0x0F;
    var magnitudes = MemorySegment.ofArray(new float[] {5, 112.03f});
    var codes = new byte[16];
    var scales = new float[1];
    List<MemorySegment> planes = List.of(MemorySegment.ofArray(bytes), magnitudes);
    var region = new MatrixEncoding.Region(1, 1, 0, 16);
    encoding.codes().orElseThrow().unpack(planes, region, codes, scales, new float[0]);
    assertEquals(-112, codes[0]);
    assertEquals(112, codes[1]);
    assertEquals(1, scales[0], 1e-6f);
    assertArrayEquals(new int[] {-112}, IntStream.range(2, 16).map(i -> codes[i]).distinct().toArray());
  }

  /** What crosses the ends of rows or bytes has none. */
  @ParameterizedTest
  @CsvSource({"64, 64, true", "64, 32, true", "64, 16, true", "64, 8, false", "96, 64, false", "64, 128, false"})
  void whoseBlocksAreInRowsHaveCodes(int cols, int length, boolean has) {
    var encoding = new FlatBlockEncoding("nf4", 4, cols, Table.NF4, length, List.of());
    assertEquals(has, encoding.codes().isPresent());
  }
}
