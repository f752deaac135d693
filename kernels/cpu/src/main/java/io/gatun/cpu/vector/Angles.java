package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Cosines and sines of a row's angles, in double, rounded to float at the end.
 *
 * <pre>
 *   k = rint(θ · 2/π),  r = θ − k · π/2      π/2 in two doubles, fused: |θ| may be as large as 2³¹
 *   sin r, cos r      the polynomials of fdlibm's k_sin.c and k_cos.c, |r| ≤ π/4, without their correction terms
 *   k mod 4           says which of the two is the sine of θ, and the signs
 * </pre>
 */
final class Angles {
  private static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(double.class, VectorShape.forBitSize(Float.SIZE * COUNT));
  private static final VectorSpecies<Float> HALF_WIDTH =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Float.SIZE * COUNT / 2));

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
   * Fills {@code f32 [room]} cosines, then {@code f32 [room]} sines.
   *
   * @param frequencies address of {@code f64 [room]}
   * @param room whole vectors of the widest kind
   * @param magnitude factor on both
   */
  static void fill(long frequencies, int room, int position, float magnitude, long table) {
    long sines = table + (long) room * Float.BYTES;
    for (int i = 0; i < room; i += DOUBLES.length()) {
      DoubleVector theta =
          DoubleVector.fromMemorySegment(DOUBLES, MEMORY, frequencies + (long) i * Double.BYTES, ORDER).mul(position);
      DoubleVector shifted = theta.fma(constant(TWO_OVER_PI), constant(MAGIC));
      DoubleVector k = shifted.sub(MAGIC);
      DoubleVector r = k.fma(constant(-HALF_PI), theta);
      r = k.fma(constant(-HALF_PI_REST), r);
      DoubleVector sin = sine(r);
      DoubleVector cos = cosine(r);
      LongVector quadrant = shifted.reinterpretAsLongs();
      VectorMask<Double> swapped = bit(quadrant, 63);
      VectorMask<Double> sineNegative = bit(quadrant, 62);
      VectorMask<Double> cosineNegative = bit(quadrant.add(1), 62);
      DoubleVector s = sin.blend(cos, swapped);
      DoubleVector c = cos.blend(sin, swapped);
      store(c.blend(c.neg(), cosineNegative).mul(magnitude), table + (long) i * Float.BYTES);
      store(s.blend(s.neg(), sineNegative).mul(magnitude), sines + (long) i * Float.BYTES);
    }
  }

  private static DoubleVector sine(DoubleVector r) {
    DoubleVector z = r.mul(r);
    DoubleVector p = z.fma(constant(S6), constant(S5));
    p = p.fma(z, constant(S4));
    p = p.fma(z, constant(S3));
    p = p.fma(z, constant(S2));
    p = p.fma(z, constant(S1));
    return p.fma(z.mul(r), r);
  }

  private static DoubleVector cosine(DoubleVector r) {
    DoubleVector z = r.mul(r);
    DoubleVector p = z.fma(constant(C6), constant(C5));
    p = p.fma(z, constant(C4));
    p = p.fma(z, constant(C3));
    p = p.fma(z, constant(C2));
    p = p.fma(z, constant(C1));
    return p.fma(z.mul(z), z.fma(constant(-0.5), constant(1)));
  }

  /** Whether a bit of each lane is set, given how far it is from the top. */
  private static VectorMask<Double> bit(LongVector lanes, int left) {
    return lanes.lanewise(VectorOperators.LSHL, left).compare(VectorOperators.LT, 0).cast(DOUBLES);
  }

  private static DoubleVector constant(double value) {
    return DoubleVector.broadcast(DOUBLES, value);
  }

  private static void store(DoubleVector values, long address) {
    ((FloatVector) values.convertShape(VectorOperators.D2F, HALF_WIDTH, 0)).intoMemorySegment(MEMORY, address, ORDER);
  }
}
