package io.gatun.tensors;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExactEncodersTest {
  private static final int BLOCKS = 2_000;

  static Collection<Encoding> encodings() {
    return ExactEncoders.all().sequencedKeySet();
  }

  private static boolean encode(Encoding encoding, float[] values, byte[] blocks) {
    return requireNonNull(ExactEncoders.all().get(encoding))
        .encode(values, 0, MemorySegment.ofArray(blocks), 0, values.length);
  }

  private static float[] decoded(Encoding encoding, byte[] blocks) {
    var values = new float[blocks.length / encoding.blockBytes() * encoding.blockLength()];
    encoding.decode(MemorySegment.ofArray(blocks), 0, values, 0, values.length);
    return values;
  }

  private static byte[] blocks(Encoding encoding, int count) {
    return new byte[count * encoding.blockBytes()];
  }

  /** Whatever finite numbers some blocks mean, blocks are found that mean the same. */
  @ParameterizedTest
  @MethodSource("encodings")
  void whatWasDecodedIsFoundAgain(Encoding encoding) {
    var random = new Random(1);
    byte[] block = blocks(encoding, 1);
    byte[] found = blocks(encoding, 1);
    for (int i = 0; i < BLOCKS; i++) {
      float[] values;
      do {
        random.nextBytes(block);
        block[0] = (byte) (64 + random.nextInt(128)); // of a scale in E8M0, numbers that floats have
        values = decoded(encoding, block);
      } while (!allFinite(values) || (encoding.equals(Encodings.NVFP4) && hasNoNumber(block)));
      assertTrue(encode(encoding, values, found), () -> "block " + HexFormat.of().formatHex(block));
      float[] again = decoded(encoding, found);
      for (int j = 0; j < values.length; j++) {
        assertEquals(values[j] + 0f, again[j] + 0f);
      }
    }
  }

  /** A scale of NVFP4 that means 480, which E4M3 does not have. */
  private static boolean hasNoNumber(byte[] block) {
    return block[0] == -1 || block[1] == -1 || block[2] == -1 || block[3] == -1;
  }

  private static boolean allFinite(float[] values) {
    boolean finite = true;
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    return finite;
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void zerosAreExact(Encoding encoding) {
    byte[] blocks = blocks(encoding, 3);
    float[] zeros = decoded(encoding, blocks);
    Arrays.fill(zeros, 0);
    zeros[5] = -0f;
    assertTrue(encode(encoding, zeros, blocks));
    assertArrayEquals(new float[zeros.length], decoded(encoding, blocks));
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void otherNumbersAreNot(Encoding encoding) {
    var random = new Random(2);
    byte[] blocks = blocks(encoding, 2);
    float[] good = decoded(encoding, blocks);
    for (int i = 0; i < good.length; i++) {
      good[i] = (i % 3 - 1) * 0.25f;
    }
    assertTrue(encode(encoding, good, blocks));
    for (float wrong : List.of(random.nextFloat(), Float.NaN, Float.POSITIVE_INFINITY, -0.25f * 4097, 1e-30f)) {
      float[] values = good.clone();
      values[encoding.blockLength() + random.nextInt(encoding.blockLength())] = wrong;
      assertFalse(encode(encoding, values, blocks), () -> "with " + wrong);
    }
  }

  /** Codes are from −8 to 7: with a scale of either sign there may be one of eight times the scale, not both. */
  @Test
  void eightTimesTheScale() {
    byte[] blocks = blocks(Encodings.Q4_0, 1);
    for (float sign : new float[] {1, -1}) {
      var values = new float[32];
      values[0] = 8 * sign;
      values[31] = -7 * sign;
      assertTrue(encode(Encodings.Q4_0, values, blocks));
      float[] found = decoded(Encodings.Q4_0, blocks);
      assertEquals(values[0], found[0]);
      assertEquals(values[31], found[31]);
      values[31] = -8 * sign;
      values[1] = 1;
      assertFalse(encode(Encodings.Q4_0, values, blocks));
    }
  }
}
