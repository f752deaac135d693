package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORTS;
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
    gather(source, rowBytes, rows, blocks, QUADS, strip);
  }

  /** Blocks of a half and {@code fours} times four bytes: the scales as floats, and the codes. */
  static void gather(long source, long rowBytes, int rows, int blocks, int fours, long strip) {
    int bytes = blocks * (2 + 4 * fours);
    if (blocks % 2 == 0 && bytes >= BYTES) {
      StripTranspose.rows(source, rowBytes, rows, bytes, strip + StripMap.RAW);
      StripFields.part(strip + StripMap.RAW, blocks / 2, fours, strip + StripMap.SCALES, strip + StripMap.CODES);
    } else {
      StripFields.move(source, rowBytes, rows, blocks, fours, strip + StripMap.SCALES, strip + StripMap.CODES);
    }
    StripFields.halves(strip + StripMap.SCALES, blocks);
  }

  @Override
  public void multiply(
      long strip, int blocks, int[] x, int first, int stride, int piece, float[] xScales, float[] xMinimums, int[] xCenters, long sums) {
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    long w = strip + StripMap.CODES;
    for (int b = 0; b < blocks; b++) {
      var total = IntVector.zero(INTS);
      for (int i = 0; i < QUADS; i++) {
        int q = first + b * QUADS + i;
        var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w, ORDER);
        var even = v.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(IntVector.broadcast(INTS, x[q]).reinterpretAsShorts());
        var odd = v.lanewise(ASHR, 8).mul(IntVector.broadcast(INTS, x[q + stride]).reinterpretAsShorts());
        var pairs = even.add(odd).reinterpretAsInts();
        total = total.add(pairs.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pairs.lanewise(ASHR, 16));
        w += BYTES;
      }
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, strip + StripMap.SCALES + b * BYTES, ORDER);
      sum = ((FloatVector) total.convert(I2F, 0)).fma(scale.mul(xScales[piece + b]), sum);
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
