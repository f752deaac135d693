package io.gatun.tensors;

/** Floats of 4 and 8 bits. */
final class SmallFloats {
  /** The numbers of E2M1 by code: a sign, two bits of exponent, one of mantissa. Source: OCP Microscaling Formats 1.0. */
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

  private SmallFloats() {}

  static float e2m1(int code) {
    return E2M1[code];
  }

  /** 2⁻⁸ of an E4M3 number: a float16 with the same bits of exponent and mantissa, subnormal ones too. */
  static float e4m3(int bits) {
    return Float.float16ToFloat((short) ((bits & 0x80) << 8 | (bits & 0x7F) << 7));
  }

  /** An E5M2 number whose bias is 16 and whose largest exponents are numbers like the others. */
  static float e5m2(int bits) {
    int exponent = bits >> 2 & 31;
    int mantissa = bits & 3;
    float magnitude = exponent == 0 ? mantissa * 0x1p-17f : Math.scalb(1 + mantissa / 4f, exponent - 16);
    return (bits & 0x80) == 0 ? magnitude : -magnitude;
  }
}
