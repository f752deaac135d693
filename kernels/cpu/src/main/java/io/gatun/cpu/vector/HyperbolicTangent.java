package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The hyperbolic tangent of floats. The same function in every lane, at every width.
 *
 * <pre>
 *   |x| to 1/4:  x + x³·(c₃ + c₅ x² + … + c₁₁ x⁸)     its Taylor series; the term left out is below 2e-9 of it
 *   otherwise:   1 − 2 / (e^(2x) + 1)                  no more than 3 units in the last place off
 * </pre>
 */
final class HyperbolicTangent {
  private static final float SMALL = 0.25f;
  private static final float C3 = (float) (-1.0 / 3);
  private static final float C5 = (float) (2.0 / 15);
  private static final float C7 = (float) (-17.0 / 315);
  private static final float C9 = (float) (62.0 / 2835);
  private static final float C11 = (float) (-1382.0 / 155925);

  private HyperbolicTangent() {}

  /** {@code x[i] = cap · tanh(x[i] / cap)}; the address is of floats. */
  static void cap(long x, float cap, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(of(Lanes.floats(at).div(cap)).mul(cap), at);
    }
    if (i < count) {
      long at = x + i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER, rest);
      of(v.div(cap)).mul(cap).intoMemorySegment(MEMORY, at, ORDER, rest);
    }
  }

  private static FloatVector of(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(FloatVector.broadcast(FLOATS, C11), FloatVector.broadcast(FLOATS, C9));
    p = p.fma(square, FloatVector.broadcast(FLOATS, C7));
    p = p.fma(square, FloatVector.broadcast(FLOATS, C5));
    p = p.fma(square, FloatVector.broadcast(FLOATS, C3));
    p = p.mul(square).fma(x, x);
    FloatVector rest = FloatVector.broadcast(FLOATS, 2).div(Exponential.of(x.add(x)).add(1));
    FloatVector far = FloatVector.broadcast(FLOATS, 1).sub(rest);
    return far.blend(p, x.abs().compare(VectorOperators.LT, SMALL));
  }
}
