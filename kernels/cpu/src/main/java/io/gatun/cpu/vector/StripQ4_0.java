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
 * Q4_0: nibbles need no masks. With vₖ = v ≫ 4k for a 16-bit lane v of four nibbles nₖ, nₖ = vₖ − 16·vₖ₊₁, so that
 *
 * <pre>  Σ nₖ·xₖ = v₀·x₀ + v₁·(x₁ − 16·x₀) + v₂·(x₂ − 16·x₁) + v₃·(x₃ − 16·x₂)   modulo 2^16 </pre>
 *
 * Σ (n − 8)·x over a block is at most 8 · 127 · 32 = 32512 in absolute value: 16 bits hold it, so that the sums on the way
 * may wrap.
 */
final class StripQ4_0 implements StripKernel {
  private static final int QUADS = 8;

  @Override
  public int planeCount() {
    return 5;
  }

  @Override
  public int center() {
    return -8;
  }

  /** Planes 0, 2, 3 and 4 are the factors of v₀ to v₃, in the first four quads of each block. */
  @Override
  public void planes(int[] x, int start, int stride, int quads) {
    for (int i = start; i < start + quads; i += COUNT) {
      var x0 = IntVector.fromArray(INTS, x, i).reinterpretAsShorts();
      var x1 = IntVector.fromArray(INTS, x, i + QUADS / 2).reinterpretAsShorts();
      var x2 = IntVector.fromArray(INTS, x, i + stride).reinterpretAsShorts();
      var x3 = IntVector.fromArray(INTS, x, i + stride + QUADS / 2).reinterpretAsShorts();
      x1.sub(x0.lanewise(LSHL, 4)).reinterpretAsInts().intoArray(x, i + 2 * stride);
      x2.sub(x1.lanewise(LSHL, 4)).reinterpretAsInts().intoArray(x, i + 3 * stride);
      x3.sub(x2.lanewise(LSHL, 4)).reinterpretAsInts().intoArray(x, i + 4 * stride);
    }
  }

  @Override
  public void gather(long source, long rowBytes, int rows, int blocks, long strip) {
    long block = Short.BYTES + 2L * QUADS;
    StripFields.gather(source, rowBytes, rows, blocks, block, strip + StripMap.SCALES);
    StripFields.halves(strip + StripMap.SCALES, blocks);
    StripTranspose.sixteens(source + Short.BYTES, rowBytes, rows, blocks, block, strip + StripMap.CODES);
  }

  @Override
  public void multiply(long strip, int blocks, PreparedRows x, int first, int piece, long sums) {
    int[] planes = x.pairs();
    float[] xScales = x.scales();
    int stride = x.planeStride();
    var sum = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
    for (int b = 0; b < blocks; b++) {
      long w = plain(strip + StripMap.CODES + (long) b * (QUADS / 2) * BYTES);
      int x0 = first + b * QUADS;
      int x1 = x0 + 2 * stride;
      int x2 = x0 + 3 * stride;
      int x3 = x0 + 4 * stride;
      var dot = IntVector.broadcast(INTS, x.centers()[piece + b] & 0xFFFF).reinterpretAsShorts();
      for (int i = 0; i < QUADS / 2; i++) {
        var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + i * BYTES, ORDER);
        dot = dot.add(v.mul(IntVector.broadcast(INTS, planes[x0 + i]).reinterpretAsShorts()));
        dot = dot.add(v.lanewise(LSHR, 4).mul(IntVector.broadcast(INTS, planes[x1 + i]).reinterpretAsShorts()));
        dot = dot.add(v.lanewise(LSHR, 8).mul(IntVector.broadcast(INTS, planes[x2 + i]).reinterpretAsShorts()));
        dot = dot.add(v.lanewise(LSHR, 12).mul(IntVector.broadcast(INTS, planes[x3 + i]).reinterpretAsShorts()));
      }
      var pairs = dot.reinterpretAsInts();
      var total = pairs.lanewise(LSHL, 16).add(pairs).lanewise(ASHR, 16);
      var scale = FloatVector.fromMemorySegment(FLOATS, MEMORY, plain(strip + StripMap.SCALES + b * BYTES), ORDER);
      sum = ((FloatVector) total.convert(I2F, 0)).fma(scale.mul(xScales[piece + b]), sum);
    }
    sum.intoMemorySegment(MEMORY, sums, ORDER);
  }

  @Override
  public void expand(long strip, int blocks, long panel) {
    long w = strip + StripMap.CODES;
    for (int i = 0; i < blocks * QUADS / 2; i++) {
      long quad = panel + (i / 4 * QUADS + i % 4) * PanelMap.NARROW_QUAD;
      var v = ShortVector.fromMemorySegment(SHORTS, MEMORY, w, ORDER);
      v.and((short) 15).sub((short) 8).intoMemorySegment(MEMORY, quad, ORDER);
      v.lanewise(LSHR, 8).and((short) 15).sub((short) 8).intoMemorySegment(MEMORY, quad + 2 * BYTES, ORDER);
      quad += QUADS / 2 * PanelMap.NARROW_QUAD;
      v.lanewise(LSHR, 4).and((short) 15).sub((short) 8).intoMemorySegment(MEMORY, quad, ORDER);
      v.lanewise(LSHR, 12).sub((short) 8).intoMemorySegment(MEMORY, quad + 2 * BYTES, ORDER);
      w += BYTES;
    }
  }
}
