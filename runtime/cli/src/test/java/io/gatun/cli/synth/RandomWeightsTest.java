package io.gatun.cli.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.Encoding;
import io.gatun.tensors.Encodings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomWeightsTest {
  /** More than the buffer holds of any encoding, and no multiple of it. */
  private static final int VALUES = 3 * 1024 * 1024 + 256;

  private static byte[] bytes(Encoding encoding, long seed) throws IOException {
    var out = new ByteArrayOutputStream();
    new RandomWeights(encoding, VALUES, seed).writeTo(Channels.newChannel(out));
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k",
        "q1_0", "q2_0", "tq1_0", "tq2_0", "iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s", "iq4_nl",
        "iq4_xs", "mxfp4", "nvfp4"
      })
  void valuesAreFiniteOfMeanZeroAndAsSpreadAsRealOnes(String id) throws IOException {
    Encoding encoding = Encodings.byId(id).orElseThrow();
    byte[] bytes = bytes(encoding, 1);
    assertEquals(encoding.bytes(VALUES), bytes.length);
    var values = new float[VALUES];
    encoding.decode(MemorySegment.ofArray(bytes), 0, values, 0, VALUES);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      assertTrue(Float.isFinite(value));
      sum += value;
      squares += (double) value * value;
    }
    double deviation = Math.sqrt(squares / VALUES);
    assertEquals(RandomWeights.SIGMA, deviation, 0.1 * RandomWeights.SIGMA);
    // Values of a block share the sign of its scale, so the mean is of blocks: six of its standard errors.
    assertEquals(0, sum / VALUES, 6 * RandomWeights.SIGMA / Math.sqrt((double) VALUES / encoding.blockLength()));
    float[] tail = Arrays.copyOfRange(values, VALUES - 256, VALUES);
    assertTrue(nonZero(tail) > 100, "the last part is filled too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"f16", "q4_0", "q4_k"})
  void theSeedDecides(String id) throws IOException {
    Encoding encoding = Encodings.byId(id).orElseThrow();
    assertArrayEquals(bytes(encoding, 1), bytes(encoding, 1));
    assertFalse(Arrays.equals(bytes(encoding, 1), bytes(encoding, 2)));
  }

  private static int nonZero(float[] values) {
    int count = 0;
    for (float value : values) {
      count += value != 0 ? 1 : 0;
    }
    return count;
  }
}
