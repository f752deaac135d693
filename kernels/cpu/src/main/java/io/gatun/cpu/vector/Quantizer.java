package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.device.QuantizedRows;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Whole runs of activations to 8-bit codes, to the last bit as {@code Device} defines: the largest magnitude is a maximum of bit
 * patterns, which order as magnitudes do, NaN last; rint is an addition of 1.5 · 2²³.
 */
final class Quantizer {
  private static final int RUN = QuantizedRows.RUN;
  private static final int SUM_RUN = QuantizedRows.SUM_RUN;
  private static final int MAGNITUDE = 0x7fff_ffff;

  /** Room for a vector's codes; at 128 bits, where they would be half of the smallest vector, for two vectors' codes. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Float.SIZE * COUNT / 4)));

  private Quantizer() {}

  /** Whole runs. */
  static void runs(long values, int count, long codes, long scales, long sums) {
    for (int run = 0; run < count; run++) {
      long at = values + (long) run * RUN * Float.BYTES;
      float max = Float.intBitsToFloat(largest(at));
      float inverse = 127 / max;
      float scale = max / 127;
      boolean finite = Math.abs(max) < Float.POSITIVE_INFINITY;
      MEMORY.set(FLOAT, scales + (long) run * Float.BYTES, finite ? scale : Float.NaN);
      // zero stands for what is quantized to zeros: values that are not finite, or too small for an inverse
      float factor = finite && Math.abs(inverse) < Float.POSITIVE_INFINITY ? inverse : 0;
      codes(at, factor, finite ? -1 : 0, codes + (long) run * RUN, sums + (long) run * (RUN / SUM_RUN) * Short.BYTES);
    }
  }

  /** The bits of the largest magnitude among 32 values. */
  private static int largest(long at) {
    IntVector max = Lanes.ints(at).and(MAGNITUDE).max(Lanes.ints(at + BYTES).and(MAGNITUDE));
    for (int i = 2 * COUNT; i < RUN; i += 2 * COUNT) {
      long next = at + (long) i * Float.BYTES;
      max = max.max(Lanes.ints(next).and(MAGNITUDE)).max(Lanes.ints(next + BYTES).and(MAGNITUDE));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** The codes of 32 values and the sums of their halves; those of a run that is not finite are masked away. */
  private static void codes(long at, float factor, int mask, long codes, long sums) {
    for (int half = 0; half < RUN; half += SUM_RUN) {
      int sum = 0;
      if (COUNT == 4) {
        for (int i = half; i < half + SUM_RUN; i += 8) {
          IntVector low = code(at + (long) i * Float.BYTES, factor, mask);
          IntVector high = code(at + (long) i * Float.BYTES + BYTES, factor, mask);
          sum += low.add(high).reduceLanes(VectorOperators.ADD);
          var bytes = (ByteVector) low.convertShape(VectorOperators.I2B, CODES, 0);
          bytes.or((ByteVector) high.convertShape(VectorOperators.I2B, CODES, -1)).intoMemorySegment(MEMORY, codes + i, ORDER);
        }
      } else {
        for (int i = half; i < half + SUM_RUN; i += COUNT) {
          IntVector code = code(at + (long) i * Float.BYTES, factor, mask);
          sum += code.reduceLanes(VectorOperators.ADD);
          ((ByteVector) code.convertShape(VectorOperators.I2B, CODES, 0)).intoMemorySegment(MEMORY, codes + i, ORDER);
        }
      }
      MEMORY.set(SHORT, sums + half / SUM_RUN * (long) Short.BYTES, (short) sum);
    }
  }

  private static IntVector code(long at, float factor, int mask) {
    return Lanes.floats(at)
        .mul(factor)
        .add(Exponential.MAGIC)
        .reinterpretAsInts()
        .sub(Exponential.MAGIC_BITS)
        .and(mask);
  }
}
