package io.gatun.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatun.tensors.ActivationScheme.Float4PerBlock;
import io.gatun.tensors.ActivationScheme.Float8PerBlock;
import io.gatun.tensors.ActivationScheme.Float8PerToken;
import io.gatun.tensors.ActivationScheme.Float8Static;
import io.gatun.tensors.ActivationScheme.Rounded;
import io.gatun.tensors.Encodings;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations as small floats, against a search of all numbers that there are. */
class RoundedRowsTest {
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

  /** The positive numbers of E4M3, in order; the last code is none. */
  private static float[] e4m3() {
    var codes = new byte[127];
    var numbers = new float[codes.length];
    for (int code = 0; code < codes.length; code++) {
      codes[code] = (byte) code;
      numbers[code] = Encodings.F8_E4M3.value(MemorySegment.ofArray(codes), code);
    }
    return numbers;
  }

  /** The nearest number; of two the one with the even code. */
  private static float nearest(float[] numbers, float value) {
    int best = 0;
    for (int code = 1; code < numbers.length; code++) {
      float distance = Math.abs(numbers[code] - Math.abs(value));
      float least = Math.abs(numbers[best] - Math.abs(value));
      if (distance < least || (distance == least && code % 2 == 0)) {
        best = code;
      }
    }
    return value < 0 ? 0 - numbers[best] : numbers[best];
  }

  @Test
  void everyFloatGoesToTheNearestNumber() {
    float[] numbers = e4m3();
    assertEquals(448, numbers[126]);
    var random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      float value = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-14, 11));
      assertEquals(nearest(numbers, value), RoundedRows.e4m3(value) + 0f, () -> "e4m3 of " + value);
      assertEquals(nearest(E2M1, value), RoundedRows.e2m1(value) + 0f, () -> "e2m1 of " + value);
    }
    for (int code = 0; code < 126; code++) {
      float middle = (numbers[code] + numbers[code + 1]) / 2;
      assertEquals(numbers[code % 2 == 0 ? code : code + 1], RoundedRows.e4m3(middle));
    }
    assertEquals(-448, RoundedRows.e4m3(Float.NEGATIVE_INFINITY));
    assertTrue(Float.isNaN(RoundedRows.e4m3(Float.NaN)));
  }

  private static float[] rounded(Rounded scheme, float... x) {
    try (var memory = new HostMemory()) {
      HostBuffer input = memory.buffer(2, x.length);
      input.copyFrom(x, x.length, x.length);
      HostBuffer out = new RoundedRows(memory).like(input);
      RoundedRows.round(input, scheme, out, 1, 2, new Scratch());
      var row = new float[x.length];
      out.copyTo(x.length, row, x.length);
      return row;
    }
  }

  private static float[] gaussian(int count) {
    var random = new SplittableRandom(count);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float largest(float[] x, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 100})
  void aScaleOfTheFileTheTokenOrTheBlock(int count) {
    float[] numbers = e4m3();
    float[] x = gaussian(count);
    float[] fixed = rounded(new Float8Static(0.01f), x);
    float[] token = rounded(new Float8PerToken(Float.POSITIVE_INFINITY), x);
    float[] limited = rounded(new Float8PerToken(0.5f), x);
    float[] block = rounded(new Float8PerBlock(32, false), x);
    float[] power = rounded(new Float8PerBlock(32, true), x);
    for (int i = 0; i < count; i++) {
      assertEquals(nearest(numbers, x[i] / 0.01f) * 0.01f, fixed[i] + 0f);
      float scale = largest(x, 0, count) / 448;
      assertEquals(nearest(numbers, x[i] / scale) * scale, token[i] + 0f);
      float limit = Math.min(largest(x, 0, count), 0.5f) / 448;
      assertEquals(nearest(numbers, x[i] / limit) * limit, limited[i] + 0f);
      float ofBlock = largest(x, i / 32 * 32, Math.min(count, i / 32 * 32 + 32)) / 448;
      assertEquals(nearest(numbers, x[i] / ofBlock) * ofBlock, block[i] + 0f);
      float up = (float) Math.pow(2, Math.ceil(Math.log(ofBlock) / Math.log(2)));
      assertEquals(nearest(numbers, x[i] / up) * up, power[i] + 0f);
    }
  }

  @Test
  void fourBitsWithAScaleOfEightBits() {
    float[] numbers = e4m3();
    float[] x = gaussian(40);
    float global = 1000;
    float[] found = rounded(new Float4PerBlock(global), x);
    for (int i = 0; i < x.length; i++) {
      float scale = nearest(numbers, global * largest(x, i / 16 * 16, Math.min(40, i / 16 * 16 + 16)) / 6);
      assertEquals(nearest(E2M1, x[i] * global / scale) * scale / global, found[i] + 0f);
    }
  }

  @Test
  void zerosStayZerosAndWhatIsNoNumberSpoilsItsScale() {
    for (Rounded scheme : new Rounded[] {
      new Float8PerToken(Float.POSITIVE_INFINITY), new Float8PerBlock(32, true), new Float4PerBlock(1)
    }) {
      assertEquals(0, rounded(scheme, 0, -0f)[1] + 0f);
      assertTrue(Float.isNaN(rounded(scheme, 1, Float.NaN)[1]));
    }
  }
}
