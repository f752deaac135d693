package io.gatun.device;

/**
 * Rounding to bf16, as the instructions for it do: to nearest, ties to even; subnormal numbers become 0 with their sign. The
 * upper 16 bits of a float are its bf16, so a rounded value is a float still.
 */
public final class Bf16 {
  private static final int LOW_BITS = 0xFFFF;
  private static final int QUIET = 1 << 22;

  private Bf16() {}

  /** The bf16 nearest to a value, as a float. */
  public static float round(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return Float.intBitsToFloat((bits | QUIET) & ~LOW_BITS);
    }
    if (Math.abs(value) < Float.MIN_NORMAL) {
      return Math.copySign(0, value);
    }
    return Float.intBitsToFloat(bits + (LOW_BITS >> 1) + (bits >>> Short.SIZE & 1) & ~LOW_BITS);
  }

  static void round(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = round(values[i]);
    }
  }
}
