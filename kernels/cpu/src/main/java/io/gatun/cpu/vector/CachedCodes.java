package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.device.HostKvPool;
import io.gatun.device.KvRegion;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Keys and values of 8-bit caches, decoded to floats. */
final class CachedCodes {
  private static final int KEYS = HostKvPool.KEYS;
  private static final int RUN = KvRegion.RUN;

  /** Bytes of as many codes as a vector has floats; at 128 bits the smallest vector is twice that. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Float.SIZE * COUNT / 4)));

  private CachedCodes() {}

  /** Codes {@code [count][16]} with 16 scales. */
  static void keys(long codes, long scales, int count, long target) {
    for (int lane = 0; lane < KEYS; lane += COUNT) {
      FloatVector scale = Halves.floats(scales + (long) lane * Short.BYTES);
      for (int i = 0; i < count; i++) {
        long index = (long) i * KEYS + lane;
        Lanes.put(codes(codes + index).mul(scale), target + index * Float.BYTES);
      }
    }
  }

  /** A value: a scale for each run of 32 codes. */
  static void value(long codes, long scales, int dim, long target) {
    for (int run = 0; run < dim; run += RUN) {
      float scale = Float.float16ToFloat(MEMORY.get(SHORT, scales + run / RUN * (long) Short.BYTES));
      int end = Math.min(dim, run + RUN);
      int i = run;
      for (; i <= end - COUNT; i += COUNT) {
        Lanes.put(codes(codes + i).mul(scale), target + (long) i * Float.BYTES);
      }
      for (; i < end; i++) {
        MEMORY.set(FLOAT, target + (long) i * Float.BYTES, scale * MEMORY.get(ValueLayout.JAVA_BYTE, codes + i));
      }
    }
  }

  /** The floats of {@link Lanes#COUNT} codes; reads 8 bytes at least, which scales follow in the page. */
  private static FloatVector codes(long address) {
    ByteVector bytes = ByteVector.fromMemorySegment(CODES, MEMORY, address, ORDER);
    return (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
  }
}
