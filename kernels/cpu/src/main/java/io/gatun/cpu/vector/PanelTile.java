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
 * The register tile: 4 activation rows × 2 vectors of weight rows, so that a vector of weights meets four activations and
 * a broadcast activation two vectors. Lanes are weight rows. Stateless.
 *
 * <p>Each method is one flat loop that calls nothing but the Vector API: past some thousand nodes the compiler inlines
 * only what is marked as to be inlined, and a vector that crosses a real call is allocated.
 */
final class PanelTile {
  private static final int TILE = PanelMap.TILE;
  private static final long ROW_BYTES = 2 * BYTES;
  private static final long MINIMUMS = PanelMap.MINIMUMS - PanelMap.SCALES;

  private PanelTile() {}

  /**
   * Codes of few bits: products are summed in 16-bit lanes, two columns to a weight row's pair of lanes. A lane sums
   * piece / 2 products, and |code| · 127 · piece / 2 ≤ 32767 holds for |code| ≤ 16 with pieces of 32 and for |code| ≤ 32
   * with pieces of 16: 32512 both times.
   *
   * @param panel address of the worker's block
   * @param pieces in the panel
   * @param quads groups of four columns in a piece
   * @param minimums 1 if the panel has them, 0 if not
   * @param tokens a multiple of 4
   * @param x pairs of activation codes
   * @param firstX index of the first row's pair of the panel's columns 0 and 2
   * @param xStride from row to row
   * @param odd from the pair of columns 0 and 2 to that of columns 1 and 3
   * @param firstPiece index in the following arrays of the first row's first piece
   * @param pieceStride from row to row
   * @param xScales of each piece
   * @param xMinimums xscale · Σx of each piece
   * @param xCenters what the center of the codes adds to the dot product
   */
  static void narrow(
      long panel,
      int pieces,
      int quads,
      int minimums,
      int tokens,
      int[] x,
      int firstX,
      int xStride,
      int odd,
      int firstPiece,
      int pieceStride,
      float[] xScales,
      float[] xMinimums,
      int[] xCenters) {
    for (int t = 0; t < tokens; t += TILE) {
      long sums = panel + PanelMap.SUMS + t * ROW_BYTES;
      var f00 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
      var f01 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + BYTES, ORDER);
      var f10 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + ROW_BYTES, ORDER);
      var f11 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + ROW_BYTES + BYTES, ORDER);
      var f20 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * ROW_BYTES, ORDER);
      var f21 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * ROW_BYTES + BYTES, ORDER);
      var f30 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * ROW_BYTES, ORDER);
      var f31 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * ROW_BYTES + BYTES, ORDER);
      int x0 = firstX + t * xStride;
      int x1 = x0 + xStride;
      int x2 = x1 + xStride;
      int x3 = x2 + xStride;
      int p0 = firstPiece + t * pieceStride;
      int p1 = p0 + pieceStride;
      int p2 = p1 + pieceStride;
      int p3 = p2 + pieceStride;
      long w = panel + PanelMap.CODES;
      long scales = panel + PanelMap.SCALES;
      for (int piece = 0; piece < pieces; piece++) {
        var d00 = ShortVector.zero(SHORTS);
        var d01 = d00;
        var d10 = d00;
        var d11 = d00;
        var d20 = d00;
        var d21 = d00;
        var d30 = d00;
        var d31 = d00;
        for (int quad = 0; quad < quads; quad++) {
          var w0 = ShortVector.fromMemorySegment(SHORTS, MEMORY, w, ORDER);
          var w1 = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + BYTES, ORDER);
          var v = IntVector.broadcast(INTS, x[x0]).reinterpretAsShorts();
          d00 = d00.add(w0.mul(v));
          d01 = d01.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x1]).reinterpretAsShorts();
          d10 = d10.add(w0.mul(v));
          d11 = d11.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x2]).reinterpretAsShorts();
          d20 = d20.add(w0.mul(v));
          d21 = d21.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x3]).reinterpretAsShorts();
          d30 = d30.add(w0.mul(v));
          d31 = d31.add(w1.mul(v));
          w0 = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + 2 * BYTES, ORDER);
          w1 = ShortVector.fromMemorySegment(SHORTS, MEMORY, w + 3 * BYTES, ORDER);
          v = IntVector.broadcast(INTS, x[x0 + odd]).reinterpretAsShorts();
          d00 = d00.add(w0.mul(v));
          d01 = d01.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x1 + odd]).reinterpretAsShorts();
          d10 = d10.add(w0.mul(v));
          d11 = d11.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x2 + odd]).reinterpretAsShorts();
          d20 = d20.add(w0.mul(v));
          d21 = d21.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[x3 + odd]).reinterpretAsShorts();
          d30 = d30.add(w0.mul(v));
          d31 = d31.add(w1.mul(v));
          w += 4 * BYTES;
          x0++;
          x1++;
          x2++;
          x3++;
        }
        var s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales, ORDER);
        var s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + BYTES, ORDER);
        var i00 = d00.reinterpretAsInts();
        i00 = i00.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i00.lanewise(ASHR, 16)).add(xCenters[p0]);
        f00 = ((FloatVector) i00.convert(I2F, 0)).fma(s0.mul(xScales[p0]), f00);
        var i01 = d01.reinterpretAsInts();
        i01 = i01.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i01.lanewise(ASHR, 16)).add(xCenters[p0]);
        f01 = ((FloatVector) i01.convert(I2F, 0)).fma(s1.mul(xScales[p0]), f01);
        var i10 = d10.reinterpretAsInts();
        i10 = i10.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i10.lanewise(ASHR, 16)).add(xCenters[p1]);
        f10 = ((FloatVector) i10.convert(I2F, 0)).fma(s0.mul(xScales[p1]), f10);
        var i11 = d11.reinterpretAsInts();
        i11 = i11.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i11.lanewise(ASHR, 16)).add(xCenters[p1]);
        f11 = ((FloatVector) i11.convert(I2F, 0)).fma(s1.mul(xScales[p1]), f11);
        var i20 = d20.reinterpretAsInts();
        i20 = i20.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i20.lanewise(ASHR, 16)).add(xCenters[p2]);
        f20 = ((FloatVector) i20.convert(I2F, 0)).fma(s0.mul(xScales[p2]), f20);
        var i21 = d21.reinterpretAsInts();
        i21 = i21.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i21.lanewise(ASHR, 16)).add(xCenters[p2]);
        f21 = ((FloatVector) i21.convert(I2F, 0)).fma(s1.mul(xScales[p2]), f21);
        var i30 = d30.reinterpretAsInts();
        i30 = i30.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i30.lanewise(ASHR, 16)).add(xCenters[p3]);
        f30 = ((FloatVector) i30.convert(I2F, 0)).fma(s0.mul(xScales[p3]), f30);
        var i31 = d31.reinterpretAsInts();
        i31 = i31.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i31.lanewise(ASHR, 16)).add(xCenters[p3]);
        f31 = ((FloatVector) i31.convert(I2F, 0)).fma(s1.mul(xScales[p3]), f31);
        if (minimums != 0) {
          s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS, ORDER);
          s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS + BYTES, ORDER);
          var y = FloatVector.broadcast(FLOATS, xMinimums[p0]);
          f00 = s0.fma(y, f00);
          f01 = s1.fma(y, f01);
          y = FloatVector.broadcast(FLOATS, xMinimums[p1]);
          f10 = s0.fma(y, f10);
          f11 = s1.fma(y, f11);
          y = FloatVector.broadcast(FLOATS, xMinimums[p2]);
          f20 = s0.fma(y, f20);
          f21 = s1.fma(y, f21);
          y = FloatVector.broadcast(FLOATS, xMinimums[p3]);
          f30 = s0.fma(y, f30);
          f31 = s1.fma(y, f31);
        }
        scales += ROW_BYTES;
        p0++;
        p1++;
        p2++;
        p3++;
      }
      f00.intoMemorySegment(MEMORY, sums, ORDER);
      f01.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
      f10.intoMemorySegment(MEMORY, sums + ROW_BYTES, ORDER);
      f11.intoMemorySegment(MEMORY, sums + ROW_BYTES + BYTES, ORDER);
      f20.intoMemorySegment(MEMORY, sums + 2 * ROW_BYTES, ORDER);
      f21.intoMemorySegment(MEMORY, sums + 2 * ROW_BYTES + BYTES, ORDER);
      f30.intoMemorySegment(MEMORY, sums + 3 * ROW_BYTES, ORDER);
      f31.intoMemorySegment(MEMORY, sums + 3 * ROW_BYTES + BYTES, ORDER);
    }
  }

  /**
   * Codes of up to 8 bits, as floats: |Σ| over a piece is at most 32 · 128 · 127, below 2²⁴, so that every partial sum is
   * an integer that a float holds exactly, and their order does not matter.
   *
   * @param panel address of the worker's block
   * @param pieces in the panel
   * @param quads groups of four columns in a piece
   * @param minimums 1 if the panel has them, 0 if not
   * @param tokens a multiple of 4
   * @param x activation codes
   * @param firstX index of the first row's code of the panel's first column
   * @param xStride from row to row
   * @param plane from the code of a column to that of the next one of its quad
   * @param firstPiece index in the following arrays of the first row's first piece
   * @param pieceStride from row to row
   * @param xScales of each piece
   * @param xMinimums xscale · Σx of each piece
   */
  static void wide(
      long panel,
      int pieces,
      int quads,
      int minimums,
      int tokens,
      float[] x,
      int firstX,
      int xStride,
      int plane,
      int firstPiece,
      int pieceStride,
      float[] xScales,
      float[] xMinimums) {
    for (int t = 0; t < tokens; t += TILE) {
      long sums = panel + PanelMap.SUMS + t * ROW_BYTES;
      var f00 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
      var f01 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + BYTES, ORDER);
      var f10 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + ROW_BYTES, ORDER);
      var f11 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + ROW_BYTES + BYTES, ORDER);
      var f20 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * ROW_BYTES, ORDER);
      var f21 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * ROW_BYTES + BYTES, ORDER);
      var f30 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * ROW_BYTES, ORDER);
      var f31 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * ROW_BYTES + BYTES, ORDER);
      int x0 = firstX + t * xStride;
      int x1 = x0 + xStride;
      int x2 = x1 + xStride;
      int x3 = x2 + xStride;
      int p0 = firstPiece + t * pieceStride;
      int p1 = p0 + pieceStride;
      int p2 = p1 + pieceStride;
      int p3 = p2 + pieceStride;
      long w = panel + PanelMap.CODES;
      long scales = panel + PanelMap.SCALES;
      for (int piece = 0; piece < pieces; piece++) {
        var d00 = FloatVector.zero(FLOATS);
        var d01 = d00;
        var d10 = d00;
        var d11 = d00;
        var d20 = d00;
        var d21 = d00;
        var d30 = d00;
        var d31 = d00;
        for (int quad = 0; quad < quads; quad++) {
          var w0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w, ORDER);
          var w1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + BYTES, ORDER);
          var v = FloatVector.broadcast(FLOATS, x[x0]);
          d00 = w0.fma(v, d00);
          d01 = w1.fma(v, d01);
          v = FloatVector.broadcast(FLOATS, x[x1]);
          d10 = w0.fma(v, d10);
          d11 = w1.fma(v, d11);
          v = FloatVector.broadcast(FLOATS, x[x2]);
          d20 = w0.fma(v, d20);
          d21 = w1.fma(v, d21);
          v = FloatVector.broadcast(FLOATS, x[x3]);
          d30 = w0.fma(v, d30);
          d31 = w1.fma(v, d31);
          w0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 2 * BYTES, ORDER);
          w1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 3 * BYTES, ORDER);
          v = FloatVector.broadcast(FLOATS, x[x0 + plane]);
          d00 = w0.fma(v, d00);
          d01 = w1.fma(v, d01);
          v = FloatVector.broadcast(FLOATS, x[x1 + plane]);
          d10 = w0.fma(v, d10);
          d11 = w1.fma(v, d11);
          v = FloatVector.broadcast(FLOATS, x[x2 + plane]);
          d20 = w0.fma(v, d20);
          d21 = w1.fma(v, d21);
          v = FloatVector.broadcast(FLOATS, x[x3 + plane]);
          d30 = w0.fma(v, d30);
          d31 = w1.fma(v, d31);
          w0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 4 * BYTES, ORDER);
          w1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 5 * BYTES, ORDER);
          v = FloatVector.broadcast(FLOATS, x[x0 + 2 * plane]);
          d00 = w0.fma(v, d00);
          d01 = w1.fma(v, d01);
          v = FloatVector.broadcast(FLOATS, x[x1 + 2 * plane]);
          d10 = w0.fma(v, d10);
          d11 = w1.fma(v, d11);
          v = FloatVector.broadcast(FLOATS, x[x2 + 2 * plane]);
          d20 = w0.fma(v, d20);
          d21 = w1.fma(v, d21);
          v = FloatVector.broadcast(FLOATS, x[x3 + 2 * plane]);
          d30 = w0.fma(v, d30);
          d31 = w1.fma(v, d31);
          w0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 6 * BYTES, ORDER);
          w1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, w + 7 * BYTES, ORDER);
          v = FloatVector.broadcast(FLOATS, x[x0 + 3 * plane]);
          d00 = w0.fma(v, d00);
          d01 = w1.fma(v, d01);
          v = FloatVector.broadcast(FLOATS, x[x1 + 3 * plane]);
          d10 = w0.fma(v, d10);
          d11 = w1.fma(v, d11);
          v = FloatVector.broadcast(FLOATS, x[x2 + 3 * plane]);
          d20 = w0.fma(v, d20);
          d21 = w1.fma(v, d21);
          v = FloatVector.broadcast(FLOATS, x[x3 + 3 * plane]);
          d30 = w0.fma(v, d30);
          d31 = w1.fma(v, d31);
          w += 8 * BYTES;
          x0++;
          x1++;
          x2++;
          x3++;
        }
        var s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales, ORDER);
        var s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + BYTES, ORDER);
        f00 = d00.fma(s0.mul(xScales[p0]), f00);
        f01 = d01.fma(s1.mul(xScales[p0]), f01);
        f10 = d10.fma(s0.mul(xScales[p1]), f10);
        f11 = d11.fma(s1.mul(xScales[p1]), f11);
        f20 = d20.fma(s0.mul(xScales[p2]), f20);
        f21 = d21.fma(s1.mul(xScales[p2]), f21);
        f30 = d30.fma(s0.mul(xScales[p3]), f30);
        f31 = d31.fma(s1.mul(xScales[p3]), f31);
        if (minimums != 0) {
          s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS, ORDER);
          s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scales + MINIMUMS + BYTES, ORDER);
          var y = FloatVector.broadcast(FLOATS, xMinimums[p0]);
          f00 = s0.fma(y, f00);
          f01 = s1.fma(y, f01);
          y = FloatVector.broadcast(FLOATS, xMinimums[p1]);
          f10 = s0.fma(y, f10);
          f11 = s1.fma(y, f11);
          y = FloatVector.broadcast(FLOATS, xMinimums[p2]);
          f20 = s0.fma(y, f20);
          f21 = s1.fma(y, f21);
          y = FloatVector.broadcast(FLOATS, xMinimums[p3]);
          f30 = s0.fma(y, f30);
          f31 = s1.fma(y, f31);
        }
        scales += ROW_BYTES;
        p0++;
        p1++;
        p2++;
        p3++;
      }
      f00.intoMemorySegment(MEMORY, sums, ORDER);
      f01.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
      f10.intoMemorySegment(MEMORY, sums + ROW_BYTES, ORDER);
      f11.intoMemorySegment(MEMORY, sums + ROW_BYTES + BYTES, ORDER);
      f20.intoMemorySegment(MEMORY, sums + 2 * ROW_BYTES, ORDER);
      f21.intoMemorySegment(MEMORY, sums + 2 * ROW_BYTES + BYTES, ORDER);
      f30.intoMemorySegment(MEMORY, sums + 3 * ROW_BYTES, ORDER);
      f31.intoMemorySegment(MEMORY, sums + 3 * ROW_BYTES + BYTES, ORDER);
    }
  }
}
