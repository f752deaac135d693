package io.gatun.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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

  /** Where a zero scale meets a negative code the value is −0, which equals 0 here. */
  private static void assertValues(float[] expected, float[] actual) {
    var plusZeros = actual.clone();
    for (int i = 0; i < plusZeros.length; i++) {
      plusZeros[i] += 0f;
    }
    assertArrayEquals(expected, plusZeros);
  }
}
