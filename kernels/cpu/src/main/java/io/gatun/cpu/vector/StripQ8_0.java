package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORTS;
import static io.gatun.cpu.vector.Lanes.plain;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Q8_0: two products fit a 16-bit lane, 2 · 128 · 127 = 32512; further sums are of 32 bits.
 */
final class StripQ8_0 implements StripKernel {
  private static final int QUADS = 8;

  @Override
  public int planeCount() {
    return 2;
  }

  @Override
  public int center() {
    return 0;
  }

  @Override
  public void planes(int[] x, int start, int stride, int quads) {}

  @Override
  public void gather(long source, long rowBytes, int rows, int blocks, long strip) {
    long block = Short.BYTES + 4L * QUADS;
    StripFields.gather(source, rowBytes, rows, blocks, block, strip + StripMap.SCALES);
    StripFields.halves(strip + StripMap.SCALES, blocks);
    for (int b = 0; b < blocks; b++) {
      long codes = source + Short.BYTES + b * block;
      StripTranspose.sixteens(codes, rowBytes, rows, QUADS / 4, 16, strip + StripMap.CODES + (long) b * QUADS * BYTES);
    }
  }

  @Override
  public void multiply(long strip, int blocks, PreparedRows x, int first, int piece, long sums) {
    int[] planes = x.pairs();
    float[] xScales = x.scales();
    int stride = x.planeStride();
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    for (int b = 0; b < blocks; b++) {
      long w = plain(strip + StripMap.CODES + (long) b * QUADS * BYTES);
      int x0 = first + b * QUADS;
      int x1 = x0 + stride;
      var total = IntVector.zero(INTS);
      for (int i = 0; i < QUADS; i++) {
        var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + i * BYTES, ORDER);
        var even = IntVector.broadcast(INTS, planes[x0 + i]).reinterpretAsShorts();
        var odd = IntVector.broadcast(INTS, planes[x1 + i]).reinterpretAsShorts();
        var pairs = v.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(even).add(v.lanewise(ASHR, 8).mul(odd)).reinterpretAsInts();
        total = total.add(pairs.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pairs.lanewise(ASHR, 16));
      }
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, plain(strip + StripMap.SCALES + b * BYTES), ORDER);
      float xScale = xScales[piece + b];
      sum = ((FloatVector) total.convert(I2F, 0)).fma(scale.mul(xScale), sum);
    }
    sum.intoMemorySegment(MEMORY, sums, ORDER);
  }

  @Override
  public void expand(long strip, int blocks, long panel) {
    long w = strip + StripMap.CODES;
    long target = panel;
    for (int i = 0; i < blocks * QUADS; i++) {
      var quad = IntVector.fromMemorySegment(INTS, MEMORY, w, ORDER);
      var c0 = (FloatVector) quad.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0);
      var c1 = (FloatVector) quad.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
      var c2 = (FloatVector) quad.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0);
      var c3 = (FloatVector) quad.lanewise(ASHR, 24).convert(I2F, 0);
      c0.intoMemorySegment(MEMORY, target, ORDER);
      c1.intoMemorySegment(MEMORY, target + 2 * BYTES, ORDER);
      c2.intoMemorySegment(MEMORY, target + 4 * BYTES, ORDER);
      c3.intoMemorySegment(MEMORY, target + 6 * BYTES, ORDER);
      w += BYTES;
      target += PanelMap.WIDE_QUAD;
    }
  }
}
