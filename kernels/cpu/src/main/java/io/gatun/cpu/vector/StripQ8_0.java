package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.INT;
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
  public void planes(long x, long stride, int quads) {}

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
  public void multiply(long strip, int blocks, long x, long stride, long factors, long sums) {
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    for (int b = 0; b < blocks; b++) {
      long w = plain(strip + StripMap.CODES + b * QUADS * BYTES);
      long x0 = plain(x + b * QUADS * 4L);
      long x1 = plain(x0 + stride);
      var total = IntVector.zero(INTS);
      for (int i = 0; i < QUADS; i++) {
        var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + i * BYTES, ORDER);
        var even = IntVector.broadcast(INTS, MEMORY.get(INT, x0 + i * 4L)).reinterpretAsShorts();
        var odd = IntVector.broadcast(INTS, MEMORY.get(INT, x1 + i * 4L)).reinterpretAsShorts();
        var pairs = v.lanewise(LSHL, 8).lanewise(ASHR, 8).mul(even).add(v.lanewise(ASHR, 8).mul(odd)).reinterpretAsInts();
        total = total.add(pairs.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pairs.lanewise(ASHR, 16));
      }
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, plain(strip + StripMap.SCALES + b * BYTES), ORDER);
      float xScale = MEMORY.get(FLOAT, plain(factors + b * StripMap.X_PIECE));
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
