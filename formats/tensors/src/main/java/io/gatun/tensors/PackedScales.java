package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * Eight 6-bit scales and eight 6-bit minimums in 12 bytes, as {@link Q4_K} and {@link Q5_K} hold them:
 *
 * <pre>  byte  0 …  3   scale[g]   | (scale[g+4] ≫ 4) ≪ 6        g = 0 … 3
 *  byte  4 …  7   minimum[g] | (minimum[g+4] ≫ 4) ≪ 6
 *  byte  8 … 11   scale[g+4] &amp; 15 | (minimum[g+4] &amp; 15) ≪ 4 </pre>
 *
 * Source: ggml-quants.c get_scale_min_k4.
 */
final class PackedScales {
  static final int BYTES = 12;

  private PackedScales() {}

  static int scale(MemorySegment source, long packed, int group) {
    return group < 4
        ? at(source, packed + group) & 63
        : (at(source, packed + group + 4) & 15) | (at(source, packed + group - 4) >> 6 << 4);
  }

  static int minimum(MemorySegment source, long packed, int group) {
    return group < 4
        ? at(source, packed + group + 4) & 63
        : (at(source, packed + group + 4) >> 4) | (at(source, packed + group) >> 6 << 4);
  }

  private static int at(MemorySegment source, long offset) {
    return LittleEndian.unsignedByte(source, offset);
  }
}
