package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainEncodingsTest {
  private static float[] decoded(PlainEncoding encoding, String hex) {
    var bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    var values = new float[bytes.length / encoding.blockBytes()];
    encoding.decode(MemorySegment.ofArray(bytes), 0, values, 0, values.length);
    return values;
  }

  @Test
  void f32() {
    assertArrayEquals(
        new float[] {1, -2.5f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY},
        decoded(Encodings.F32, "0000803f 000020c0 01000000 000080ff"));
  }

  @Test
  void f16() {
    assertArrayEquals(
        new float[] {1, -2, 65504, 0x1p-24f, -0f, Float.POSITIVE_INFINITY},
        decoded(Encodings.F16, "003c 00c0 ff7b 0100 0080 007c"));
    assertTrue(Float.isNaN(decoded(Encodings.F16, "007e")[0]));
  }

  @Test
  void bf16() {
    assertArrayEquals(
        new float[] {1, -2.5f, 0x1p-133f, Float.NEGATIVE_INFINITY},
        decoded(Encodings.BF16, "803f 20c0 0100 80ff"));
  }

  @Test
  void f64RoundsToNearest() {
    assertArrayEquals(
        new float[] {1, 0.1f, Float.POSITIVE_INFINITY},
        decoded(Encodings.F64, "000000000000f03f 9a9999999999b93f ffffffffffffef7f"));
  }

  @Test
  void integers() {
    assertArrayEquals(new float[] {-128, 127}, decoded(Encodings.I8, "80 7f"));
    assertArrayEquals(new float[] {-32768, 258}, decoded(Encodings.I16, "0080 0201"));
    assertArrayEquals(new float[] {-2, 0x1p31f}, decoded(Encodings.I32, "feffffff ffffff7f"));
    assertArrayEquals(new float[] {-3, 0x1p63f}, decoded(Encodings.I64, "fdffffffffffffff ffffffffffffff7f"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "bf16", "f64", "i8", "i16", "i32", "i64"})
  void refuseRangesThatLeaveTheSourceOrTheTarget(String id) {
    var encoding = Encodings.byId(id).orElseThrow();
    assertEquals(1, encoding.blockLength());
    var oneShort = MemorySegment.ofArray(new byte[3 * encoding.blockBytes() - 1]);
    var whole = MemorySegment.ofArray(new byte[3 * encoding.blockBytes()]);
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(oneShort, 0, new float[3], 0, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, -1, new float[3], 0, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, 0, new float[3], 1, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.decode(whole, 0, new float[3], Integer.MAX_VALUE, 3));
    assertThrows(IllegalArgumentException.class, () -> encoding.decode(whole, 0, new float[3], 0, -1));
  }
}
