package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;

/**
 * Cosines and sines of a row's angles, in double, rounded to float at the end. Plain arithmetic: a row has few angles, which
 * all its heads share, and vectors of doubles would have to be compiled before the first token.
 *
 * <pre>
 *   k = rint(θ · 2/π),  r = θ − k · π/2      π/2 in two doubles, fused: |θ| may be as large as 2³¹
 *   sin r, cos r      the polynomials of fdlibm's k_sin.c and k_cos.c, |r| ≤ π/4, without their correction terms
 *   k mod 4           says which of the two is the sine of θ, and the signs
 * </pre>
 */
final class Angles {
  private static final double TWO_OVER_PI = 0x1.45f306dc9c883p-1;
  private static final double HALF_PI = 0x1.921fb54442d18p+0;
  private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;
  private static final double MAGIC = 0x1.8p+52;

  private static final double S1 = -0x1.5555555555549p-3;
  private static final double S2 = 0x1.111111110f8a6p-7;
  private static final double S3 = -0x1.a01a019c161d5p-13;
  private static final double S4 = 0x1.71de357b1fe7dp-19;
  private static final double S5 = -0x1.ae5e68a2b9cebp-26;
  private static final double S6 = 0x1.5d93a5acfd57cp-33;
  private static final double C1 = 0x1.555555555554cp-5;
  private static final double C2 = -0x1.6c16c16c15177p-10;
  private static final double C3 = 0x1.a01a019cb1590p-16;
  private static final double C4 = -0x1.27e4f809c52adp-22;
  private static final double C5 = 0x1.1ee9ebdb4b1c4p-29;
  private static final double C6 = -0x1.8fae9be8838d4p-37;

  private Angles() {}

  /**
   * Fills {@code f32 [pairs]} cosines, then {@code f32 [pairs]} sines.
   *
   * @param frequencies radians per position, of each pair
   * @param magnitude factor on both
   */
  static void fill(double[] frequencies, int position, float magnitude, long table) {
    long sines = table + (long) frequencies.length * Float.BYTES;
    for (int i = 0; i < frequencies.length; i++) {
      double theta = frequencies[i] * position;
      double shifted = Math.fma(theta, TWO_OVER_PI, MAGIC); // the lowest bits of it are k
      double k = shifted - MAGIC;
      double r = Math.fma(k, -HALF_PI_REST, Math.fma(k, -HALF_PI, theta));
      double sin = sine(r);
      double cos = cosine(r);
      int quadrant = (int) Double.doubleToRawLongBits(shifted) & 3;
      boolean swapped = (quadrant & 1) != 0;
      double s = (quadrant & 2) != 0 ? -1 : 1;
      double c = (quadrant + 1 & 2) != 0 ? -1 : 1;
      MEMORY.set(FLOAT, table + (long) i * Float.BYTES, (float) (c * (swapped ? sin : cos) * magnitude));
      MEMORY.set(FLOAT, sines + (long) i * Float.BYTES, (float) (s * (swapped ? cos : sin) * magnitude));
    }
  }

  private static double sine(double r) {
    double z = r * r;
    double p = Math.fma(z, S6, S5);
    p = Math.fma(p, z, S4);
    p = Math.fma(p, z, S3);
    p = Math.fma(p, z, S2);
    p = Math.fma(p, z, S1);
    return Math.fma(p, z * r, r);
  }

  private static double cosine(double r) {
    double z = r * r;
    double p = Math.fma(z, C6, C5);
    p = Math.fma(p, z, C4);
    p = Math.fma(p, z, C3);
    p = Math.fma(p, z, C2);
    p = Math.fma(p, z, C1);
    return Math.fma(p, z * z, Math.fma(z, -0.5, 1));
  }
}
