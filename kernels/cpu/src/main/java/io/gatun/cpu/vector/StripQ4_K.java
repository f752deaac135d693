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

/** Q4_K: a lane of 16 bits sums 16 products of a group, at most 15 · 127 · 16 = 30480 in absolute value. */
final class StripQ4_K implements StripKernel {
  private static final int GROUPS = 8;
  private static final int BYTES_OF_BLOCK = 144;
  private static final long NIBBLES = StripMap.RAW + 4 * BYTES;
  private static final long MINIMUMS = StripMap.MINIMUMS - StripMap.SCALES;

  @Override
  public int planeCount() {
    return 3;
  }

  @Override
  public int center() {
    return 0;
  }

  /** Plane 2: for bytes u, v in a 16-bit lane, (u + 256·v)·x + v·(y − 256·x) = u·x + v·y modulo 2^16. */
  @Override
  public void planes(int[] x, int start, int stride, int quads) {
    for (int i = start; i < start + quads; i += COUNT) {
      var even = IntVector.fromArray(INTS, x, i).reinterpretAsShorts();
      var odd = IntVector.fromArray(INTS, x, i + stride).reinterpretAsShorts();
      odd.sub(even.lanewise(LSHL, 8)).reinterpretAsInts().intoArray(x, i + 2 * stride);
    }
  }

  @Override
  public void gather(long source, long rowBytes, int rows, int blocks, long strip) {
    long raw = strip + StripMap.RAW;
    StripTranspose.sixteens(source, rowBytes, rows, BYTES_OF_BLOCK / 16, 16, raw);
    var both = IntVector.fromMemorySegment(INTS, MEMORY, raw, ORDER);
    both.and(0xFFFF).intoMemorySegment(MEMORY, strip + StripMap.CODES, ORDER);
    both.lanewise(LSHR, 16).intoMemorySegment(MEMORY, strip + StripMap.CODES + BYTES, ORDER);
    StripFields.halves(strip + StripMap.CODES, 2);
    scales(strip);
  }

  /** The 6-bit scales and minimums of the groups, as Q4_K and Q5_K have them, times those of the block. */
  private static void scales(long strip) {
    var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, strip + StripMap.CODES, ORDER);
    var minimum = FloatVector.fromMemorySegment(FLOATS, MEMORY, strip + StripMap.CODES + BYTES, ORDER);
    var w0 = IntVector.fromMemorySegment(INTS, MEMORY, strip + StripMap.RAW + BYTES, ORDER);
    var w1 = IntVector.fromMemorySegment(INTS, MEMORY, strip + StripMap.RAW + 2 * BYTES, ORDER);
    var w2 = IntVector.fromMemorySegment(INTS, MEMORY, strip + StripMap.RAW + 3 * BYTES, ORDER);
    for (int g = 0; g < GROUPS / 2; g++) {
      int shift = 8 * g;
      long target = strip + StripMap.SCALES + g * BYTES;
      var s = w0.lanewise(LSHR, shift).and(63);
      var m = w1.lanewise(LSHR, shift).and(63);
      var s4 = w2.lanewise(LSHR, shift).and(15).or(w0.lanewise(LSHR, shift + 2).and(0x30));
      var m4 = w2.lanewise(LSHR, shift + 4).and(15).or(w1.lanewise(LSHR, shift + 2).and(0x30));
      long more = GROUPS / 2 * BYTES;
      long minimums = StripMap.MINIMUMS - StripMap.SCALES;
      ((FloatVector) s.convert(I2F, 0)).mul(scale).intoMemorySegment(MEMORY, target, ORDER);
      ((FloatVector) s4.convert(I2F, 0)).mul(scale).intoMemorySegment(MEMORY, target + more, ORDER);
      ((FloatVector) m.convert(I2F, 0)).mul(minimum).neg().intoMemorySegment(MEMORY, target + minimums, ORDER);
      ((FloatVector) m4.convert(I2F, 0)).mul(minimum).neg().intoMemorySegment(MEMORY, target + minimums + more, ORDER);
    }
  }

  @Override
  public void multiply(long strip, int blocks, PreparedRows x, int first, int piece, long sums) {
    int[] planes = x.pairs();
    float[] xScales = x.scales();
    float[] xMinimums = x.minimums();
    int stride = x.planeStride();
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    for (int quarter = 0; quarter < GROUPS / 2; quarter++) {
      long w = plain(strip + NIBBLES + (long) quarter * 8 * BYTES);
      int even = first + quarter * 16;
      int odd = even + 2 * stride;
      var low = ShortVector.zero(SHORTS);
      var high = low;
      for (int i = 0; i < 8; i++) {
        var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + i * BYTES, ORDER);
        var l = v.and((short) 0x0F0F);
        var h = v.lanewise(LSHR, 4).and((short) 0x0F0F);
        low = low.add(l.mul(IntVector.broadcast(INTS, planes[even + i]).reinterpretAsShorts()));
        low = low.add(l.lanewise(LSHR, 8).mul(IntVector.broadcast(INTS, planes[odd + i]).reinterpretAsShorts()));
        high = high.add(h.mul(IntVector.broadcast(INTS, planes[even + 8 + i]).reinterpretAsShorts()));
        high = high.add(h.lanewise(LSHR, 8).mul(IntVector.broadcast(INTS, planes[odd + 8 + i]).reinterpretAsShorts()));
      }
      int p = piece + 2 * quarter;
      long scales = plain(strip + StripMap.SCALES + 2L * quarter * BYTES);
      var pairs = low.reinterpretAsInts();
      pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16));
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales, ORDER);
      sum = ((FloatVector) pairs.convert(I2F, 0)).fma(scale.mul(xScales[p]), sum);
      var minimum = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS, ORDER);
      sum = minimum.fma(FloatVector.broadcast(FLOATS, xMinimums[p]), sum);
      p++;
      pairs = high.reinterpretAsInts();
      pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16));
      scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + BYTES, ORDER);
      sum = ((FloatVector) pairs.convert(I2F, 0)).fma(scale.mul(xScales[p]), sum);
      minimum = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS + BYTES, ORDER);
      sum = minimum.fma(FloatVector.broadcast(FLOATS, xMinimums[p]), sum);
    }
    sum.intoMemorySegment(MEMORY, sums, ORDER);
  }

  @Override
  public void expand(long strip, int blocks, long panel) {
    long w = strip + NIBBLES;
    for (int i = 0; i < 32; i++) {
      long quad = panel + (i / 8 * 16 + i % 8) * PanelMap.NARROW_QUAD;
      var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w, ORDER);
      v.and((short) 15).intoMemorySegment(MEMORY, quad, ORDER);
      v.lanewise(LSHR, 8).and((short) 15).intoMemorySegment(MEMORY, quad + 2 * BYTES, ORDER);
      quad += 8 * PanelMap.NARROW_QUAD;
      v.lanewise(LSHR, 4).and((short) 15).intoMemorySegment(MEMORY, quad, ORDER);
      v.lanewise(LSHR, 12).intoMemorySegment(MEMORY, quad + 2 * BYTES, ORDER);
      w += BYTES;
    }
  }
}
