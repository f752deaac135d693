package io.gatun.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class ExponentialTest {
  private static final int COUNT = Lanes.COUNT;

  /** Every how many floats one is tried: 1 for all of them, which takes minutes. */
  private static final int STEP = Integer.getInteger("gatun.test.exp.step", 397);

  /** The formula of {@link Exponential}, in scalar code. */
  static float scalar(float argument) {
    float x = argument < Exponential.LOWEST ? Exponential.LOWEST : argument > Exponential.HIGHEST ? Exponential.HIGHEST : argument;
    float shifted = Math.fma(x, Exponential.LOG2_E, Exponential.MAGIC);
    float n = shifted - Exponential.MAGIC;
    float r = Math.fma(n, -Exponential.LN2_LOW, Math.fma(n, -Exponential.LN2_HIGH, x));
    float p = Math.fma(r, Exponential.C6, Exponential.C5);
    p = Math.fma(p, r, Exponential.C4);
    p = Math.fma(p, r, Exponential.C3);
    p = Math.fma(p, r, Exponential.C2);
    p = Math.fma(p, r * r, r) + 1;
    int exponent = Float.floatToRawIntBits(shifted) - Exponential.MAGIC_BITS;
    int half = exponent >> 1;
    return p * Math.scalb(1f, exponent - half) * Math.scalb(1f, half);
  }

  private static float[] vector(float[] x) {
    var result = new float[x.length];
    for (int i = 0; i < x.length; i += COUNT) {
      Exponential.of(FloatVector.fromArray(Lanes.FLOATS, x, i)).intoArray(result, i);
    }
    return result;
  }

  /** Negative and positive floats from 0 to beyond both ends, in every lane. */
  @Test
  void isWithinItsErrorBoundAndTheSameFunctionInEveryLane() {
    var x = new float[1 << 14];
    double worst = 0;
    int sign = 0;
    long bits = 0;
    long last = Float.floatToRawIntBits(110f);
    while (bits <= last) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat((int) Math.min(bits, last) | sign);
        sign ^= 0x8000_0000;
        bits += sign == 0 ? STEP : 0;
      }
      float[] found = vector(x);
      for (int i = 0; i < x.length; i++) {
        assertEquals(Float.floatToIntBits(scalar(x[i])), Float.floatToIntBits(found[i]), "e^" + x[i]);
        double exact = Math.exp(x[i]);
        if (exact < Float.MAX_VALUE) {
          worst = Math.max(worst, Math.abs(found[i] - exact) / Math.ulp((float) exact));
        }
      }
    }
    assertTrue(worst <= 1.1, "largest error %s ulp".formatted(worst));
    assertTrue(worst > 0.5, "nothing was measured");
  }

  @Test
  void meetsTheEndsAndNan() {
    var x = new float[2 * COUNT];
    float[] some = {0f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -104f, 88.8f, -3e38f};
    float[] expected = {1, 1, Float.NaN, 0, Float.POSITIVE_INFINITY, 0, Float.POSITIVE_INFINITY, 0};
    for (int i = 0; i < some.length; i++) {
      java.util.Arrays.fill(x, some[i]);
      for (float found : vector(x)) {
        assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(found), "e^" + some[i]);
      }
    }
  }
}
