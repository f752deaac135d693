package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.Lanes.plain;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Half precision to floats, exactly, every bit pattern.
 *
 * <pre>
 *   half    s eeeee mmmmmmmmmm        twice = half · 2^17 as an integer: the sign is gone, e ends at bit 27
 *   normal  (twice >> 4) + (224 &lt;&lt; 23) is a float with exponent e + 224; times 2^−112 it is the half's value.
 *           e = 31 becomes 255: infinity and NaN stay what they are
 *   small   e = 0: (twice >> 17) | bits(0.5) is 0.5 + m · 2^−24; less 0.5
 * </pre>
 *
 * <p>No operand is a subnormal float, which some processors are slow with.
 */
final class Halves {
  /** As many halves as a vector has floats. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Float.SIZE * COUNT / 2));

  private static final int SIGN = 0x8000_0000;
  private static final int EXPONENT = 224 << 23;
  private static final float FACTOR = 0x1p-112f;
  private static final int HALF_BITS = 126 << 23;
  private static final int EXPONENT_MASK = 0x7c00;

  private Halves() {}

  /** The floats of {@link Lanes#COUNT} halves. */
  static FloatVector floats(long address) {
    ShortVector halves = ShortVector.fromMemorySegment(SHORTS, MEMORY, address, ORDER);
    var wide = (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    IntVector sign = wide.lanewise(VectorOperators.LSHL, 16).and(SIGN);
    IntVector twice = wide.lanewise(VectorOperators.LSHL, 17);
    FloatVector normal = twice.lanewise(VectorOperators.LSHR, 4).add(EXPONENT).reinterpretAsFloats().mul(FACTOR);
    FloatVector small = twice.lanewise(VectorOperators.LSHR, 17).or(HALF_BITS).reinterpretAsFloats().sub(0.5f);
    VectorMask<Float> isSmall = wide.and(EXPONENT_MASK).compare(VectorOperators.EQ, 0).cast(Lanes.FLOATS);
    return normal.blend(small, isSmall).reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /** Converts {@code count} halves, any number; addresses need no alignment. */
  static void decode(long source, long target, int count) {
    int i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      Lanes.put(floats(plain(source + 2L * i)), plain(target + 4L * i));
    }
    for (; i < count; i++) {
      MEMORY.set(Lanes.FLOAT, target + 4L * i, Float.float16ToFloat(MEMORY.get(SHORT, source + 2L * i)));
    }
  }
}
