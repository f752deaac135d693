package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** One block per encoding, laid out by hand after the format's description, with values worked out on paper. */
class HandComputedBlocksTest {
  /** f16 bit patterns, low byte first. */
  private static final byte[] HALF = {0x00, 0x38};

  private static final byte[] ONE = {0x00, 0x3C};
  private static final byte[] TWO = {0x00, 0x40};
  private static final byte[] MINUS_ONE = {0x00, (byte) 0xBC};

  private final byte[] block = new byte[300];

  private void put(int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  private void put(int offset, int value) {
    block[offset] = (byte) value;
  }

  private float[] decoded(Encoding encoding) {
    var values = new float[encoding.blockLength()];
    byte[] exact = Arrays.copyOf(block, encoding.blockBytes());
    encoding.decode(MemorySegment.ofArray(exact), 0, values, 0, values.length);
    return values;
  }

  private static float[] filled(int length, float value) {
    var values = new float[length];
    Arrays.fill(values, value);
    return values;
  }

  private static void fill(float[] values, int from, int to, float value) {
    Arrays.fill(values, from, to, value);
  }

  @Test
  void q4_0() {
    put(0, HALF);
    put(2, 0xF0); // value 0: nibble 0, value 16: nibble 15
    put(17, 0x8A); // value 15: nibble 10, value 31: nibble 8
    var expected = filled(32, -4);
    expected[16] = 3.5f;
    expected[15] = 1;
    expected[31] = 0;
    assertArrayEquals(expected, decoded(Encodings.Q4_0));
  }

  @Test
  void q4_1() {
    put(0, TWO);
    put(2, MINUS_ONE);
    put(4, 0xF3);
    put(19, 0x10);
    var expected = filled(32, -1);
    expected[0] = 5;
    expected[16] = 29;
    expected[31] = 1;
    assertArrayEquals(expected, decoded(Encodings.Q4_1));
  }

  @Test
  void q5_0() {
    put(0, TWO);
    put(2, 0x02); // high bit of value 1
    put(5, 0x80); // high bit of value 31
    put(6 + 1, 0x53); // value 1: nibble 3, value 17: nibble 5
    put(6 + 15, 0xF0); // value 31: nibble 15
    var expected = filled(32, -32);
    expected[1] = 6; // 2·(3 + 16 − 16)
    expected[17] = -22; // 2·(5 − 16)
    expected[31] = 30; // 2·(15 + 16 − 16)
    assertArrayEquals(expected, decoded(Encodings.Q5_0));
  }

  @Test
  void q5_1() {
    put(0, TWO);
    put(2, HALF);
    put(4 + 1, 0x01); // high bit of value 8
    put(4 + 2, 0x02); // high bit of value 17
    put(8 + 1, 0x40); // value 17: nibble 4
    put(8 + 8, 0x9F); // value 8: nibble 15, value 24: nibble 9
    var expected = filled(32, 0.5f);
    expected[8] = 62.5f; // 2·31 + 0.5
    expected[17] = 40.5f; // 2·20 + 0.5
    expected[24] = 18.5f; // 2·9 + 0.5
    assertArrayEquals(expected, decoded(Encodings.Q5_1));
  }

  @Test
  void q8_0() {
    put(0, HALF);
    put(2, -128);
    put(3, 127);
    put(33, -1);
    var expected = filled(32, 0);
    expected[0] = -64;
    expected[1] = 63.5f;
    expected[31] = -0.5f;
    assertArrayEquals(expected, decoded(Encodings.Q8_0));
  }

  @Test
  void q2_k() {
    put(5, 0x21); // group 5, values 80 to 95: scale 1, minimum 2
    put(13, 0x13); // group 13, values 208 to 223: scale 3, minimum 1
    put(16 + 17, 0x20); // value 81: code 2, at bit 4 since 81 = 2·32 + 17
    put(16 + 32 + 31, 0x30); // value 223 = 128 + 2·32 + 31: code 3
    put(80, ONE);
    put(82, ONE);
    var expected = filled(256, 0);
    fill(expected, 80, 96, -2);
    expected[81] = 0;
    fill(expected, 208, 224, -1);
    expected[223] = 8;
    assertArrayEquals(expected, decoded(Encodings.Q2_K));
  }

  @Test
  void q3_k() {
    put(96 + 8, 0xAA); // upper bits 2 everywhere: each scale is 32 + its low nibble, less 32
    put(96 + 9, 0xAA);
    put(96 + 10, 0x6A); // but 1 for group 14
    put(96 + 11, 0xAA);
    put(96 + 6, 0xD5); // group 6: 32 + 5, group 14: 16 + 13
    put(1, 0x08); // high bit of value 97 = 3·32 + 1
    put(2, 0x08); // high bit of value 98
    put(32 + 1, 0xC0); // value 97: low bits 3
    put(32 + 32 + 1, 0x40); // value 225: low bits 1
    put(108, ONE);
    var expected = filled(256, 0);
    fill(expected, 96, 112, -20); // 5·(0 − 4)
    expected[97] = 15; // 5·(3 + 4 − 4)
    expected[98] = 0;
    fill(expected, 224, 240, 12); // −3·(0 − 4)
    expected[225] = 9; // −3·(1 − 4)
    assertValues(expected, decoded(Encodings.Q3_K));
  }

  private void packedScales(int at) {
    put(at + 1, 3); // group 1: scale 3, minimum 4
    put(at + 5, 4);
    put(at + 10, 0xA5); // group 6: scale 5 + 2·16, minimum 10 + 1·16
    put(at + 2, 0x80);
    put(at + 6, 0x40);
  }

  @Test
  void q4_k() {
    put(0, ONE);
    put(2, HALF);
    packedScales(4);
    put(16 + 3, 0x70); // value 35: nibble 7
    put(16 + 96 + 31, 0x0F); // value 223: nibble 15
    var expected = filled(256, 0);
    fill(expected, 32, 64, -2);
    expected[35] = 19; // 3·7 − 4/2
    fill(expected, 192, 224, -13);
    expected[223] = 542; // 37·15 − 26/2
    assertArrayEquals(expected, decoded(Encodings.Q4_K));
  }

  @Test
  void q5_k() {
    put(0, ONE);
    put(2, HALF);
    packedScales(4);
    put(16 + 3, 0x02); // high bit of value 35 = 1·32 + 3
    put(16 + 31, 0x40); // high bit of value 223 = 6·32 + 31
    put(48 + 3, 0x70);
    put(48 + 96 + 31, 0x0F);
    var expected = filled(256, 0);
    fill(expected, 32, 64, -2);
    expected[35] = 67; // 3·23 − 4/2
    fill(expected, 192, 224, -13);
    expected[223] = 1134; // 37·31 − 26/2
    assertArrayEquals(expected, decoded(Encodings.Q5_K));
  }

  @Test
  void q6_k() {
    put(49, 0x09); // value 49: low bits 9
    put(128 + 17, 0x08); // value 49 = 32 + 17: high bits 2
    put(64 + 2, 0xF0); // value 194 = 128 + 64 + 2: low bits 15
    put(128 + 32 + 2, 0x30); // and high bits 3
    put(192 + 3, -2);
    put(192 + 12, 7);
    put(208, HALF);
    var expected = filled(256, 0);
    fill(expected, 48, 64, 32); // −1·(0 − 32)
    expected[49] = -9; // −1·(41 − 32)
    fill(expected, 192, 208, -112); // 3.5·(0 − 32)
    expected[194] = 108.5f; // 3.5·(63 − 32)
    assertValues(expected, decoded(Encodings.Q6_K));
  }

  @Test
  void q8_k() {
    put(0, new byte[] {0, 0, (byte) 0x80, 0x3E}); // f32 0.25
    put(4, 127);
    put(4 + 255, -128);
    put(260, 77); // a sum, which is not read
    var expected = filled(256, 0);
    expected[0] = 31.75f;
    expected[255] = -32;
    assertArrayEquals(expected, decoded(Encodings.Q8_K));
  }

  @Test
  void q1_0() {
    put(0, HALF);
    put(2, 0x81); // values 0 and 7
    put(17, 0x02); // value 121
    var expected = filled(128, -0.5f);
    expected[0] = 0.5f;
    expected[7] = 0.5f;
    expected[121] = 0.5f;
    assertArrayEquals(expected, decoded(Encodings.Q1_0));
  }

  @Test
  void q2_0() {
    put(0, TWO);
    put(2, 0xE4); // values 0 to 3: codes 0, 1, 2, 3
    put(17, 0x40); // value 63: code 1
    var expected = filled(64, -2);
    expected[1] = 0;
    expected[2] = 2;
    expected[3] = 4;
    expected[63] = 0;
    assertArrayEquals(expected, decoded(Encodings.Q2_0));
  }

  @Test
  void tq1_0() {
    put(1, 0x80); // 128/256 is 0.1111… in base 3: the values 1, 33, 65, 97 and 129
    put(32 + 2, 0xFF); // 0.22222: the values 162, 178, 194, 210 and 226
    put(48 + 3, 0x56); // 86/256 is a little more than 0.1: values 243, 247, 251 and 255 are 1, 0, 0, 0
    put(52, TWO);
    var expected = filled(256, -2);
    for (int i = 1; i < 160; i += 32) {
      expected[i] = 0;
    }
    for (int i = 162; i < 240; i += 16) {
      expected[i] = 2;
    }
    expected[243] = 0;
    assertArrayEquals(expected, decoded(Encodings.TQ1_0));
  }

  @Test
  void tq2_0() {
    put(3, 0xE4); // values 3, 35, 67 and 99: codes 0, 1, 2 and 3
    put(63, 0x80); // value 255 = 128 + 3·32 + 31: code 2
    put(64, ONE);
    var expected = filled(256, -1);
    expected[35] = 0;
    expected[67] = 1;
    expected[99] = 2;
    expected[255] = 1;
    assertArrayEquals(expected, decoded(Encodings.TQ2_0));
  }

  @Test
  void iq4_nl() {
    put(0, ONE);
    put(2, 0xF8); // value 0: nibble 8, value 16: nibble 15
    put(17, 0x07); // value 15: nibble 7
    var expected = filled(32, -127);
    expected[0] = 1;
    expected[16] = 113;
    expected[15] = -10;
    assertArrayEquals(expected, decoded(Encodings.IQ4_NL));
  }

  @Test
  void iq4_xs() {
    put(0, ONE);
    put(2, new byte[] {(byte) 0xA6, (byte) 0xEA}); // upper bits 2 for all, but 1 for group 1, 3 for group 7
    put(4, 0xF0); // group 1: 15 + 16 − 32
    put(7, 0x10); // group 7: 1 + 48 − 32
    put(8 + 16 + 5, 0x80); // value 32 + 21: nibble 8
    put(8 + 112, 0x0C); // value 224: nibble 12
    var expected = filled(256, 0);
    fill(expected, 32, 64, 127);
    expected[53] = -1;
    fill(expected, 224, 256, -127 * 17);
    expected[224] = 53 * 17;
    assertValues(expected, decoded(Encodings.IQ4_XS));
  }

  @Test
  void mxfp4() {
    put(0, 128);
    put(1, 0xF7); // value 0: 6 · 2, value 16: −6 · 2
    put(16, 0x12); // value 15: 2, value 31: 1
    var expected = filled(32, 0);
    expected[0] = 12;
    expected[16] = -12;
    expected[15] = 2;
    expected[31] = 1;
    assertArrayEquals(expected, decoded(Encodings.MXFP4));
    put(0, 0);
    assertEquals(12 * 0x1p-128f, decoded(Encodings.MXFP4)[0]);
    put(0, 1);
    assertEquals(12 * 0x1p-127f, decoded(Encodings.MXFP4)[0]);
  }

  @Test
  void nvfp4() {
    put(0, 0x39); // 2^(7 − 7) · (1 + 1/8)
    put(1, 0x03); // 3 · 2^−9
    put(2, 0x7F); // no number
    put(3, 0xB8); // −1, of which the sign is not read
    for (int group = 0; group < 4; group++) {
      put(4 + 8 * group + 2, 0xA7); // values 2 and 10 of each group
    }
    var expected = filled(64, 0);
    expected[2] = 6.75f; // 12 · 1.125 / 2
    expected[10] = -1.125f;
    expected[18] = 6 * 3 * 0x1p-9f;
    expected[26] = -3 * 0x1p-9f;
    expected[50] = 6;
    expected[58] = -1;
    assertValues(expected, decoded(Encodings.NVFP4));
  }

  /** The first point of each grid of 2-bit codes has the least levels, the second one 43 in the first place. */
  private static float[] eight(float... values) {
    var eight = filled(8, 8);
    System.arraycopy(values, 0, eight, 0, values.length);
    return eight;
  }

  private static void put(float[] expected, int at, float factor, float... values) {
    for (int i = 0; i < values.length; i++) {
      expected[at + i] = factor * values[i];
    }
  }

  @Test
  void iq2_xxs() {
    put(0, ONE);
    put(2 + 8 + 1, 1); // second eight of group 1: point 1
    put(2 + 8 + 5, 0x01); // bits 8 to 15 of its signs and scale: bit 1 of the second seven
    put(2 + 8 + 7, 0x30); // scale 3: (2·3 + 1)/8
    var expected = filled(256, 1);
    fill(expected, 32, 64, 7);
    put(expected, 40, 7 / 8f, eight(43, -8));
    expected[47] = -7; // the eighth sign makes their number even
    assertArrayEquals(expected, decoded(Encodings.IQ2_XXS));
  }

  @Test
  void iq2_xs() {
    put(0, ONE);
    put(2 + 2 * 3, new byte[] {0x01, 0x06}); // the fourth eight: point 1, the first two signs
    put(66, 0x20); // group 1: scale 2
    var expected = filled(256, 1);
    fill(expected, 16, 32, 5);
    put(expected, 24, 5 / 8f, eight(-43, -8));
    assertArrayEquals(expected, decoded(Encodings.IQ2_XS));
  }

  @Test
  void iq2_s() {
    put(0, ONE);
    put(2 + 31, 0xFF); // the last eight: low bits 255
    put(34 + 31, 0x81); // its first and last signs
    put(66 + 7, 0xC0); // its high bits 3: the last point, 43 everywhere
    put(74 + 7, 0xF0); // group 15: scale 15
    var expected = filled(256, 1);
    fill(expected, 240, 256, 31);
    fill(expected, 248, 256, 43 * 31 / 8f);
    expected[248] = -43 * 31 / 8f;
    expected[255] = -43 * 31 / 8f;
    assertArrayEquals(expected, decoded(Encodings.IQ2_S));
  }

  @Test
  void iq3_xxs() {
    put(0, ONE);
    put(2 + 63, 1); // the last four: point 1, which has 20 in the first place
    put(66 + 31, 0x10); // group 7: scale 1
    put(66 + 30, 0x20); // bit 0 of the fourth seven is bit 21
    var expected = filled(256, 1);
    fill(expected, 224, 256, 3);
    expected[248] = -3;
    expected[252] = 15;
    expected[255] = -3;
    assertArrayEquals(expected, decoded(Encodings.IQ3_XXS));
  }

  @Test
  void iq3_s() {
    put(0, ONE);
    put(2 + 1, 1); // the second four: point 1, which has 3 in the first place
    put(2 + 10, 255); // the third four of group 1: with a high bit the last point, 1 1 15 15
    put(66 + 1, 0x04);
    put(74, 0x10); // sign of value 4
    put(106, 0x70); // group 1: scale 7
    var expected = filled(256, 1);
    expected[4] = -3;
    fill(expected, 32, 64, 15);
    float[] last = {1 * 15, 1 * 15, 15 * 15, 15 * 15};
    put(expected, 40, 1, last);
    assertArrayEquals(expected, decoded(Encodings.IQ3_S));
  }

  @Test
  void iq1_s() {
    put(0, ONE);
    put(2, 1); // the first eight: point 1, −1 everywhere but 1 in the first place
    put(2 + 7, 0xFF); // the last eight of group 1: with high bits 7 the last point, 1 everywhere
    put(34 + 2, new byte[] {0x00, (byte) 0xAE}); // group 1: high bits 7≪9, scale 2≪12, shift
    var expected = filled(256, -0.875f);
    expected[0] = 1.125f;
    fill(expected, 32, 64, -5.625f);
    fill(expected, 56, 64, 4.375f);
    assertArrayEquals(expected, decoded(Encodings.IQ1_S));
  }

  @Test
  void iq1_m() {
    put(48, new byte[] {0x00, 0x00, 0x00, 0x00, 0x00, (byte) 0xC0, 0x00, 0x3E}); // d is 3C00; group 15: scale 7
    put(31, 0xFF); // the last eight: with high bits 7 the last point
    put(47, 0xF8); // which is shifted, and so is the one before
    var expected = filled(256, -0.875f);
    fill(expected, 240, 248, -1.125f * 15);
    fill(expected, 248, 256, 0.875f * 15);
    assertArrayEquals(expected, decoded(Encodings.IQ1_M));
  }

  /** Where a zero scale meets a negative code the value is −0, which equals 0 here. */
  private static void assertValues(float[] expected, float[] actual) {
    var plusZeros = actual.clone();
    for (int i = 0; i < plusZeros.length; i++) {
      plusZeros[i] += 0f;
    }
    assertArrayEquals(expected, plusZeros);
  }
}
