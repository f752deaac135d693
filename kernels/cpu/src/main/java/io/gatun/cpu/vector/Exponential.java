package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code e^x} of floats. The same function in every lane, at every width.
 *
 * <pre>
 *   n = rint(x · log₂ e)        by adding 1.5 · 2²³, whose last bit is worth 1
 *   r = x − n · ln 2            |r| ≤ 0.3466; ln 2 in two parts, so that the first product is exact enough
 *   e^r ≈ 1 + r + r²·(c₂ + c₃ r + … + c₆ r⁴)        minimax, relative error 3.1e-9
 *   e^x = 2^⌊n/2⌋ · (2^(n−⌊n/2⌋) · e^r)      two factors, so that subnormal results and those near the largest are right
 * </pre>
 *
 * <p>The error is at most 1.1 units in the last place over all floats; 0 below −104, infinity above 88.73, NaN of NaN.
 */
final class Exponential {
  static final float LOWEST = -104;
  static final float HIGHEST = 89;
  static final float LOG2_E = 0x1.715476p+0f;
  static final float MAGIC = 0x1.8p+23f;
  static final float LN2_HIGH = 0x1.62e430p-1f;
  static final float LN2_LOW = -0x1.05c610p-29f;
  static final float C2 = 0x1.fffffcp-2f;
  static final float C3 = 0x1.555492p-3f;
  static final float C4 = 0x1.5558f2p-5f;
  static final float C5 = 0x1.123a20p-7f;
  static final float C6 = 0x1.6a23cep-10f;
  static final int MAGIC_BITS = 0x4B400000;
  static final int EXPONENT_SHIFT = 23;
  static final int EXPONENT_BIAS = 127;

  private Exponential() {}

  /** Small enough to be inlined wherever it is called from a loop. */
  static FloatVector of(FloatVector argument) {
    FloatVector x = argument.max(LOWEST).min(HIGHEST); // NaN stays NaN
    FloatVector shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, MAGIC));
    FloatVector n = shifted.sub(MAGIC);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
    FloatVector p = r.fma(FloatVector.broadcast(FLOATS, C6), FloatVector.broadcast(FLOATS, C5));
    p = p.fma(r, FloatVector.broadcast(FLOATS, C4));
    p = p.fma(r, FloatVector.broadcast(FLOATS, C3));
    p = p.fma(r, FloatVector.broadcast(FLOATS, C2));
    p = p.fma(r.mul(r), r).add(1);
    IntVector exponent = shifted.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    return p.mul(power(exponent.sub(half))).mul(power(half));
  }

  /** {@code 2^n}, a normal float. */
  private static FloatVector power(IntVector n) {
    return n.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, EXPONENT_SHIFT).reinterpretAsFloats();
  }
}
