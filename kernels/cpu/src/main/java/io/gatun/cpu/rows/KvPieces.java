package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;
import static io.gatun.cpu.rows.Memory.SHORT;

import io.gatun.device.HostKvPool;
import io.gatun.device.KvRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The keys or values of one head in one page, as floats that {@link AttentionBlock} can read: where they lie if they are
 * floats, else decoded into a worker's memory, once for all queries that meet them.
 */
final class KvPieces {
  private static final int KEYS = HostKvPool.KEYS;
  private static final int RUN = KvRegion.RUN;

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
  static long keys(RowLoops loops, KvRegion region, long page, int head, int tokens, long memory) {
    int dim = region.dim();
    long source = page + region.offset(head);
    int groups = (tokens + KEYS - 1) / KEYS;
    return switch (region.type()) {
      case F32 -> source;
      case F16 -> {
        loops.decodeHalves(source, memory, groups * KEYS * dim);
        yield memory;
      }
      case Q8_0 -> {
        long scales = page + region.scaleOffset(head);
        for (int group = 0; group < groups; group++) {
          for (int run = 0; run < region.runs(); run++) {
            int first = group * dim + run * RUN;
            int count = Math.min(RUN, dim - run * RUN);
            long scale = scales + ((long) group * region.runs() + run) * KEYS * Short.BYTES;
            loops.decodeKeys(source + (long) first * KEYS, scale, count, memory + (long) first * KEYS * Float.BYTES);
          }
        }
        yield memory;
      }
    };
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
  static long values(RowLoops loops, KvRegion region, long page, int head, int tokens, long memory) {
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
          loops.decodeHalves(source + (long) token * dim * Short.BYTES, memory + token * stride, gapless ? tokens * dim : dim);
        }
      }
      case Q8_0 -> {
        long scales = page + region.scaleOffset(head);
        for (int token = 0; token < tokens; token++) {
          loops.decodeValue(source + (long) token * dim, scales + (long) token * region.runs() * Short.BYTES, dim, memory + token * stride);
        }
      }
    }
    return memory;
  }
}
