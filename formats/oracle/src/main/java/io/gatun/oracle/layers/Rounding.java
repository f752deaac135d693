package io.gatun.oracle.layers;

/** What is left of a number when it is stored. */
final class Rounding {
  /** The numbers of E2M1 by code. */
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

  private Rounding() {}

  /** As float16, nearest, ties to even; subnormal numbers are kept. */
  static float half(float value) {
    return Float.float16ToFloat(Float.floatToFloat16(value));
  }

  /** As bfloat16, towards zero. */
  static float brain(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
  }

  /** The levels of E2M1. */
  static float[] e2m1() {
    return E2M1.clone();
  }

  /** All numbers of an 8-bit float type, NaN where there is none. */
  static float[] smallFloats(int mantissaBits, int bias, boolean hasInfinity) {
    var numbers = new float[256];
    int top = 0x7F >> mantissaBits;
    for (int code = 0; code < numbers.length; code++) {
      int exponent = (code & 0x7F) >> mantissaBits;
      int mantissa = code & (1 << mantissaBits) - 1;
      double fraction = (double) mantissa / (1 << mantissaBits);
      double magnitude = exponent == 0 ? Math.scalb(fraction, 1 - bias) : Math.scalb(1 + fraction, exponent - bias);
      boolean number = hasInfinity ? exponent < top : (code & 0x7F) != 0x7F;
      numbers[code] = number ? (float) (code > 127 ? -magnitude : magnitude) : Float.NaN;
    }
    return numbers;
  }

  /** The numbers of E4M3 without infinities, by code. */
  static float[] e4m3() {
    return smallFloats(3, 7, false);
  }

  /** The numbers of E5M2, by code. */
  static float[] e5m2() {
    return smallFloats(2, 15, true);
  }

  /** The code of the level next to a value. */
  static int nearest(float[] levels, float value) {
    int best = 0;
    float distance = Float.POSITIVE_INFINITY;
    for (int code = 0; code < levels.length; code++) {
      float other = Math.abs(levels[code] - value);
      if (other < distance) {
        best = code;
        distance = other;
      }
    }
    return best;
  }

  /** The least exponent e with 2^e · largest ≥ value, as E8M0 stores it: plus 127. */
  static int exponent(float value, float largest) {
    int exponent = 127;
    while (exponent > 1 && Math.scalb(largest, exponent - 1 - 127) >= value) {
      exponent--;
    }
    while (Math.scalb(largest, exponent - 127) < value) {
      exponent++;
    }
    return exponent;
  }

  /** 2^(code − 127). */
  static float power(int code) {
    return (float) Math.scalb(1.0, code - 127);
  }
}
