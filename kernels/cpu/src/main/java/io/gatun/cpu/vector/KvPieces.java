package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.device.HostKvPool;
import io.gatun.device.KvRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The keys or values of one head in one page, as floats that {@link AttentionTile} can read: where they lie if they are
 * floats, else decoded into a worker's memory, once for all queries that meet them.
 */
final class KvPieces {
  private static final int KEYS = HostKvPool.KEYS;
  private static final int RUN = KvRegion.RUN;

  /** Bytes of as many codes as a vector has floats; at 128 bits the smallest vector is twice that. */
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Float.SIZE * COUNT / 4)));

  private KvPieces() {}

  /** Bytes of memory that a piece of {@code tokens} tokens may need. */
  static long room(int tokens, int dim) {
    return (long) tokens * paddedDim(dim) * Float.BYTES;
  }

  /** The dimensions of a value, rounded up to two vectors of the widest kind. */
  static int paddedDim(int dim) {
    return (dim + 31) / 32 * 32;
  }

  /**
   * The keys of tokens 0 to {@code tokens}, in whole groups of 16: {@code [groups][dim][16]}.
   *
   * @param page address of the page
   * @param memory address of {@link #room}
   * @return address of the floats
   */
  static long keys(KvRegion region, long page, int head, int tokens, long memory) {
    int dim = region.dim();
    long source = page + region.offset(head);
    int groups = (tokens + KEYS - 1) / KEYS;
    return switch (region.type()) {
      case F32 -> source;
      case F16 -> {
        Halves.decode(source, memory, groups * KEYS * dim);
        yield memory;
      }
      case Q8_0 -> {
        long scales = page + region.scaleOffset(head);
        for (int group = 0; group < groups; group++) {
          for (int run = 0; run < region.runs(); run++) {
            int first = group * dim + run * RUN;
            int count = Math.min(RUN, dim - run * RUN);
            long scale = scales + ((long) group * region.runs() + run) * KEYS * Short.BYTES;
            keyRun(source + (long) first * KEYS, scale, count, memory + (long) first * KEYS * Float.BYTES);
          }
        }
        yield memory;
      }
    };
  }

  /** Codes {@code [count][16]} with 16 scales. */
  private static void keyRun(long codes, long scales, int count, long target) {
    for (int lane = 0; lane < KEYS; lane += COUNT) {
      FloatVector scale = Halves.floats(scales + (long) lane * Short.BYTES);
      for (int i = 0; i < count; i++) {
        long index = (long) i * KEYS + lane;
        Lanes.put(codes(codes + index).mul(scale), target + index * Float.BYTES);
      }
    }
  }

  /** Bytes from token to token of {@link #values}. */
  static long valueStride(KvRegion region) {
    return (long) paddedDim(region.dim()) * Float.BYTES;
  }

  /**
   * The values of tokens 0 to {@code tokens}: {@code [tokens][paddedDim]}, the padding undefined.
   *
   * @return address of the floats
   */
  static long values(KvRegion region, long page, int head, int tokens, long memory) {
    int dim = region.dim();
    long source = page + region.offset(head);
    long stride = valueStride(region);
    boolean gapless = dim == paddedDim(dim);
    switch (region.type()) {
      case F32 -> {
        if (gapless) {
          return source;
        }
        for (int token = 0; token < tokens; token++) {
          long bytes = (long) dim * Float.BYTES;
          MemorySegment.copy(MEMORY, source + token * bytes, MEMORY, memory + token * stride, bytes);
        }
      }
      case F16 -> {
        for (int token = 0; token < (gapless ? 1 : tokens); token++) {
          Halves.decode(source + (long) token * dim * Short.BYTES, memory + token * stride, gapless ? tokens * dim : dim);
        }
      }
      case Q8_0 -> {
        long scales = page + region.scaleOffset(head);
        for (int token = 0; token < tokens; token++) {
          value(source + (long) token * dim, scales + (long) token * region.runs() * Short.BYTES, dim, memory + token * stride);
        }
      }
    }
    return memory;
  }

  private static void value(long codes, long scales, int dim, long target) {
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
