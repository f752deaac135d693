package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@code ln(1 + e^x)} of floats. The same function in every lane, at every width.
 *
 * <pre>
 *   u = e^−|x|,  z = u / (u + 2) ≤ 1/3
 *   ln(1 + e^x) = max(x, 0) + 2 artanh(z) ≈ max(x, 0) + 2 (z + z³/3 + z⁵/5 + … + z¹⁵/15)      relative error below 5e-8
 * </pre>
 */
final class Softplus {
  private static final int SIGN = 0x8000_0000;

  private Softplus() {}

  /** {@code x[i] = ln(1 + e^x[i])}; {@code count} is a multiple of the vectors' length. */
  static void of(long x, long count) {
    for (long i = 0; i < count; i += Lanes.COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(of(Lanes.floats(at)), at);
    }
  }

  private static FloatVector of(FloatVector x) {
    FloatVector u = Exponential.of(x.reinterpretAsInts().or(IntVector.broadcast(Lanes.INTS, SIGN)).reinterpretAsFloats());
    FloatVector z = u.div(u.add(2));
    FloatVector squared = z.mul(z);
    FloatVector p = FloatVector.broadcast(FLOATS, 1f / 15).fma(squared, FloatVector.broadcast(FLOATS, 1f / 13));
    p = p.fma(squared, FloatVector.broadcast(FLOATS, 1f / 11));
    p = p.fma(squared, FloatVector.broadcast(FLOATS, 1f / 9));
    p = p.fma(squared, FloatVector.broadcast(FLOATS, 1f / 7));
    p = p.fma(squared, FloatVector.broadcast(FLOATS, 1f / 5));
    p = p.fma(squared, FloatVector.broadcast(FLOATS, 1f / 3));
    FloatVector half = p.fma(squared.mul(z), z);
    return half.add(half).add(x.max(0));
  }
}
