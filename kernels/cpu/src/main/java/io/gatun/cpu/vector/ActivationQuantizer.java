package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.device.HostBuffer;
import io.gatun.device.QuantizedRows;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations to 8-bit codes, to the last bit as {@code Device} defines: the largest magnitude is a maximum of bit
 * patterns, which order as magnitudes do, NaN last; rint is an addition of 1.5 · 2²³.
 */
final class ActivationQuantizer {
  private static final int RUN = QuantizedRows.RUN;
  private static final int SUM_RUN = QuantizedRows.SUM_RUN;
  private static final int MAGNITUDE = 0x7fff_ffff;

  /** Room for a vector's codes; at 128 bits, where they would be half of the smallest vector, for two vectors' codes. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Float.SIZE * COUNT / 4)));

  private ActivationQuantizer() {}

  static void quantize(HostBuffer x, QuantizedRows target, long from, long to) {
    int cols = target.cols();
    int whole = cols / RUN;
    int padded = (int) target.codeStride();
    for (long row = from; row < to; row++) {
      long values = x.segment().address() + row * cols * Float.BYTES;
      long codes = target.codes().address() + row * target.codeStride();
      long scales = target.scales().address() + row * target.scaleStride() * Float.BYTES;
      long sums = target.sums().address() + row * target.sumStride() * Short.BYTES;
      runs(values, whole, codes, scales, sums);
      if (whole * RUN < cols) {
        lastRun(values, whole * RUN, cols, codes, scales, sums);
      }
      pad((cols + RUN - 1) / RUN * RUN, padded, codes, scales, sums);
    }
  }

  private static void runs(long values, int count, long codes, long scales, long sums) {
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

  /** A run of fewer than 32 values. */
  private static void lastRun(long values, int start, int end, long codes, long scales, long sums) {
    float max = 0;
    for (int i = start; i < end; i++) {
      max = Math.max(max, Math.abs(MEMORY.get(FLOAT, values + (long) i * Float.BYTES)));
    }
    boolean finite = max < Float.POSITIVE_INFINITY;
    float inverse = 127 / max;
    MEMORY.set(FLOAT, scales + (long) start / RUN * Float.BYTES, finite ? max / 127 : Float.NaN);
    for (int i = start; i < start + RUN; i += SUM_RUN) {
      int sum = 0;
      for (int j = i; j < i + SUM_RUN; j++) {
        boolean zero = j >= end || !finite || Float.isInfinite(inverse);
        byte code = zero ? 0 : (byte) Math.rint(MEMORY.get(FLOAT, values + (long) j * Float.BYTES) * inverse);
        MEMORY.set(ValueLayout.JAVA_BYTE, codes + j, code);
        sum += code;
      }
      MEMORY.set(SHORT, sums + (long) i / SUM_RUN * Short.BYTES, (short) sum);
    }
  }

  /** Zeros between the last run and the next row. */
  private static void pad(int start, int end, long codes, long scales, long sums) {
    for (int i = start; i < end; i++) {
      MEMORY.set(ValueLayout.JAVA_BYTE, codes + i, (byte) 0);
    }
    for (int i = start / RUN; i < end / RUN; i++) {
      MEMORY.set(FLOAT, scales + (long) i * Float.BYTES, 0);
    }
    for (int i = start / SUM_RUN; i < end / SUM_RUN; i++) {
      MEMORY.set(SHORT, sums + (long) i * Short.BYTES, (short) 0);
    }
  }
}
