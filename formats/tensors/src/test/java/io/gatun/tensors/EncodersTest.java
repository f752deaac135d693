package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodersTest {
  private static byte[] encoded(Encoding encoding, float... values) {
    var bytes = new byte[Math.toIntExact(encoding.bytes(values.length))];
    Encoders.of(encoding).orElseThrow().encode(values, 0, MemorySegment.ofArray(bytes), 0, values.length);
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void brainFloatsRoundToNearestTiesToEven() {
    float tieDown = Float.intBitsToFloat(0x3F80_8000);
    float tieUp = Float.intBitsToFloat(0x3F81_8000);
    float above = Float.intBitsToFloat(0x3F80_8001);
    assertEquals("803f823f813f807f", hex(encoded(Encodings.BF16, tieDown, tieUp, above, Float.MAX_VALUE)));
    assertTrue((HexFormat.fromHexDigits(hex(encoded(Encodings.BF16, Float.NaN)).substring(0, 2)) & 0x7F) != 0);
  }

  @Test
  void q8_0TiesGoAwayFromZero() {
    var values = new float[32];
    values[0] = 127; // so the scale is 1
    values[1] = 2.5f;
    values[2] = -2.5f;
    values[3] = 0.49999997f;
    byte[] block = encoded(Encodings.Q8_0, values);
    assertEquals("003c7f03fd00", hex(Arrays.copyOf(block, 6)));
  }

  @Test
  void q4_0ScalesByTheSignedExtreme() {
    var values = new float[32];
    values[0] = -8; // scale 1, code 0
    values[1] = 7.5f; // code 16, held at 15
    values[16] = 3; // code 11
    byte[] block = encoded(Encodings.Q4_0, values);
    assertEquals("003cb08f88", hex(Arrays.copyOf(block, 5)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"q4_0", "q8_0"})
  void errorsStayWithinAStep(String id) {
    var encoding = Encodings.byId(id).orElseThrow();
    int steps = id.equals("q4_0") ? 8 : 127;
    var random = new Random(3);
    var values = new float[1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    byte[] blocks = encoded(encoding, values);
    var decoded = new float[values.length];
    encoding.decode(MemorySegment.ofArray(blocks), 0, decoded, 0, decoded.length);
    for (int first = 0; first < values.length; first += 32) {
      float extreme = 0;
      for (int i = first; i < first + 32; i++) {
        extreme = Math.max(extreme, Math.abs(values[i]));
      }
      for (int i = first; i < first + 32; i++) {
        // half a step; a whole one where q4_0 has no code for +extreme; and the rounding of the scale to f16
        float step = extreme / steps * (steps == 8 ? 1 : 0.5f) + extreme * 0x1p-10f;
        assertEquals(values[i], decoded[i], step, "value " + i);
      }
    }
  }

  @Test
  void refusesRangesThatLeaveTheSourceOrTheTarget() {
    var encoder = Encoders.of(Encodings.Q8_0).orElseThrow();
    var target = MemorySegment.ofArray(new byte[34]);
    assertThrows(IndexOutOfBoundsException.class, () -> encoder.encode(new float[32], 1, target, 0, 32));
    assertThrows(IndexOutOfBoundsException.class, () -> encoder.encode(new float[32], 0, target, 1, 32));
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(new float[32], 0, target, 0, 31));
    assertArrayEquals(new byte[34], encoded(Encodings.Q8_0, new float[32]));
    assertTrue(Encoders.of(Encodings.Q6_K).isEmpty());
  }
}
