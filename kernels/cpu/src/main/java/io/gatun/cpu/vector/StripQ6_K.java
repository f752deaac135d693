package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORTS;
import static io.gatun.cpu.vector.Lanes.plain;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Q6_K: a lane of 16 bits sums 8 products (code − 32)·x of a group, at most 32 · 127 · 8 = 32512 in absolute value. Codes
 * stay unsigned until then, and −32·Σx is where the sum starts, so that it may wrap on the way.
 */
final class StripQ6_K implements StripKernel {
  private static final int GROUPS = 16;
  private static final int HIGH = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;

  @Override
  public int planeCount() {
    return 4;
  }

  @Override
  public int center() {
    return 0;
  }

  /**
   * Plane 2: for bytes u, v in a 16-bit lane, (u + 256·v)·x + v·(y − 256·x) = u·x + v·y modulo 2^16. Plane 3, in the first
   * quad of a group: −32 times the sums of the group's lanes. Plane 1 is used up.
   */
  @Override
  public void planes(int[] x, int start, int stride, int quads) {
    for (int i = start; i < start + quads; i += COUNT) {
      var even = IntVector.fromArray(INTS, x, i).reinterpretAsShorts();
      var odd = IntVector.fromArray(INTS, x, i + stride).reinterpretAsShorts();
      odd.sub(even.lanewise(LSHL, 8)).reinterpretAsInts().intoArray(x, i + 2 * stride);
      odd.add(even).reinterpretAsInts().intoArray(x, i + stride);
    }
    for (int i = start; i < start + quads; i += COUNT) {
      int j = i + stride;
      var s01 = IntVector.fromArray(INTS, x, j).reinterpretAsShorts().add(IntVector.fromArray(INTS, x, j + 1).reinterpretAsShorts());
      var s23 =
          IntVector.fromArray(INTS, x, j + 2).reinterpretAsShorts().add(IntVector.fromArray(INTS, x, j + 3).reinterpretAsShorts());
      s01.add(s23).lanewise(LSHL, 5).neg().reinterpretAsInts().intoArray(x, i + 3 * stride);
    }
  }

  @Override
  public void gather(long source, long rowBytes, int rows, int blocks, long strip) {
    long raw = strip + StripMap.RAW;
    StripTranspose.sixteens(source, rowBytes, rows, SCALE / 16, 16, raw);
    StripFields.gather(source + SCALE, rowBytes, rows, 1, 0, strip + StripMap.CODES);
    StripFields.halves(strip + StripMap.CODES, 1);
    var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, strip + StripMap.CODES, ORDER);
    for (int g = 0; g < GROUPS; g++) {
      var four = IntVector.fromMemorySegment(INTS, MEMORY, raw + (SCALES / 4 + g / 4) * BYTES, ORDER);
      var factor = (FloatVector) four.lanewise(LSHL, 24 - g % 4 * 8).lanewise(ASHR, 24).convert(I2F, 0);
      factor.mul(scale).intoMemorySegment(MEMORY, strip + StripMap.SCALES + g * BYTES, ORDER);
    }
  }

  @Override
  public void multiply(long strip, int blocks, PreparedRows x, int first, int piece, long sums) {
    int[] planes = x.pairs();
    float[] xScales = x.scales();
    int stride = x.planeStride();
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    for (int g = 0; g < GROUPS; g++) {
      // A half of the block is 8 groups: 2 of each of 4 runs of 32 values; runs 0 and 2, 1 and 3 share bytes of nibbles.
      int run = g / 2 % 4;
      int nibbles = run / 2 * 4;
      int bits = run * 2;
      long w = plain(strip + StripMap.RAW + (g / 8 * 16 + run % 2 * 8 + g % 2 * 4) * BYTES);
      long h = plain(strip + StripMap.RAW + (HIGH / 4 + g / 8 * 8 + g % 2 * 4) * BYTES);
      int even = first + g * 4;
      int odd = even + 2 * stride;
      var dot = IntVector.broadcast(INTS, planes[even + 3 * stride]).reinterpretAsShorts();
      for (int i = 0; i < 4; i++) {
        var low = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + i * BYTES, ORDER).lanewise(LSHR, nibbles).and((short) 0x0F0F);
        var high = ShortVector.fromMemorySegment(SHORTS, MEMORY, h + i * BYTES, ORDER).lanewise(LSHR, bits).and((short) 0x0303);
        var codes = low.or(high.lanewise(LSHL, 4));
        dot = dot.add(codes.mul(IntVector.broadcast(INTS, planes[even + i]).reinterpretAsShorts()));
        dot = dot.add(codes.lanewise(LSHR, 8).mul(IntVector.broadcast(INTS, planes[odd + i]).reinterpretAsShorts()));
      }
      var pairs = dot.reinterpretAsInts();
      pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16));
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, plain(strip + StripMap.SCALES + g * BYTES), ORDER);
      float xScale = xScales[piece + g];
      sum = ((FloatVector) pairs.convert(I2F, 0)).fma(scale.mul(xScale), sum);
    }
    sum.intoMemorySegment(MEMORY, sums, ORDER);
  }

  @Override
  public void expand(long strip, int blocks, long panel) {
    for (int i = 0; i < 64; i++) {
      int run = i / 8 % 4;
      long w = strip + StripMap.RAW + (i / 32 * 16 + run % 2 * 8 + i % 8) * BYTES;
      long h = strip + StripMap.RAW + (HIGH / 4 + i / 32 * 8 + i % 8) * BYTES;
      long quad = panel + i * PanelMap.NARROW_QUAD;
      var low = ShortVector.fromMemorySegment(SHORTS, MEMORY, w, ORDER).lanewise(LSHR, run / 2 * 4L).and((short) 0x0F0F);
      var high = ShortVector.fromMemorySegment(SHORTS, MEMORY, h, ORDER).lanewise(LSHR, run * 2L).and((short) 0x0303);
      var codes = low.or(high.lanewise(LSHL, 4));
      codes.and((short) 255).sub((short) 32).intoMemorySegment(MEMORY, quad, ORDER);
      codes.lanewise(LSHR, 8).sub((short) 32).intoMemorySegment(MEMORY, quad + 2 * BYTES, ORDER);
    }
  }
}
