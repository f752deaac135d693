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
   * @param firstSums address of the first tile's sums
   * @param pieces in the panel
   * @param quads groups of four columns in a piece
   * @param hasMinimums whether the panel has them
   * @param tiles of four activation rows
   * @param x codes of the activations, as {@link PreparedRows} has them
   * @param firstX index of the first tile's codes for the panel's first columns
   * @param xStride from tile to tile
   * @param firstPiece index in the following arrays of the first tile's first piece
   * @param pieceStride from tile to tile
   * @param xScales of each piece
   * @param xMinimums xscale · Σx of each piece
   * @param xCenters what the center of the codes adds to the dot product
   */
  static void narrow(
      long panel,
      long firstSums,
      int pieces,
      int quads,
      boolean hasMinimums,
      int tiles,
      int[] x,
      int firstX,
      int xStride,
      int firstPiece,
      int pieceStride,
      float[] xScales,
      float[] xMinimums,
      int[] xCenters) {
    long pieceBytes = quads * PanelMap.NARROW_QUAD;
    for (int tile = 0; tile < tiles; tile++) {
      long sums = plain(firstSums + (long) tile * TILE * ROW_BYTES);
      var f00 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
      var f01 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + BYTES, ORDER);
      var f10 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * BYTES, ORDER);
      var f11 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * BYTES, ORDER);
      var f20 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 4 * BYTES, ORDER);
      var f21 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 5 * BYTES, ORDER);
      var f30 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 6 * BYTES, ORDER);
      var f31 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 7 * BYTES, ORDER);
      for (int piece = 0; piece < pieces; piece++) {
        long w = plain(panel + PanelMap.CODES + piece * pieceBytes);
        int x0 = firstX + tile * xStride + piece * quads * 2 * TILE;
        var d00 = ShortVector.zero(SHORTS);
        var d01 = d00;
        var d10 = d00;
        var d11 = d00;
        var d20 = d00;
        var d21 = d00;
        var d30 = d00;
        var d31 = d00;
        for (int step = 0; step < 2 * quads; step++) {
          long ws = w + step * ROW_BYTES;
          int xs = x0 + step * TILE;
          var w0 = ShortVector.fromMemorySegment(SHORTS, MEMORY, ws, ORDER);
          var w1 = ShortVector.fromMemorySegment(SHORTS, MEMORY, ws + BYTES, ORDER);
          var v = IntVector.broadcast(INTS, x[xs]).reinterpretAsShorts();
          d00 = d00.add(w0.mul(v));
          d01 = d01.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[xs + 1]).reinterpretAsShorts();
          d10 = d10.add(w0.mul(v));
          d11 = d11.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[xs + 2]).reinterpretAsShorts();
          d20 = d20.add(w0.mul(v));
          d21 = d21.add(w1.mul(v));
          v = IntVector.broadcast(INTS, x[xs + 3]).reinterpretAsShorts();
          d30 = d30.add(w0.mul(v));
          d31 = d31.add(w1.mul(v));
        }
        long scale = plain(panel + PanelMap.SCALES + piece * ROW_BYTES);
        int p = firstPiece + tile * pieceStride + piece * TILE;
        var s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale, ORDER);
        var s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + BYTES, ORDER);
        float y = xScales[p];
        int center = xCenters[p];
        var pairs = d00.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f00 = ((FloatVector) pairs.convert(I2F, 0)).fma(s0.mul(y), f00);
        pairs = d01.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f01 = ((FloatVector) pairs.convert(I2F, 0)).fma(s1.mul(y), f01);
        y = xScales[p + 1];
        center = xCenters[p + 1];
        pairs = d10.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f10 = ((FloatVector) pairs.convert(I2F, 0)).fma(s0.mul(y), f10);
        pairs = d11.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f11 = ((FloatVector) pairs.convert(I2F, 0)).fma(s1.mul(y), f11);
        y = xScales[p + 2];
        center = xCenters[p + 2];
        pairs = d20.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f20 = ((FloatVector) pairs.convert(I2F, 0)).fma(s0.mul(y), f20);
        pairs = d21.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f21 = ((FloatVector) pairs.convert(I2F, 0)).fma(s1.mul(y), f21);
        y = xScales[p + 3];
        center = xCenters[p + 3];
        pairs = d30.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f30 = ((FloatVector) pairs.convert(I2F, 0)).fma(s0.mul(y), f30);
        pairs = d31.reinterpretAsInts();
        pairs = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16)).add(center);
        f31 = ((FloatVector) pairs.convert(I2F, 0)).fma(s1.mul(y), f31);
        if (hasMinimums) {
          s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + MINIMUMS, ORDER);
          s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + MINIMUMS + BYTES, ORDER);
          var m = FloatVector.broadcast(FLOATS, xMinimums[p]);
          f00 = s0.fma(m, f00);
          f01 = s1.fma(m, f01);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 1]);
          f10 = s0.fma(m, f10);
          f11 = s1.fma(m, f11);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 2]);
          f20 = s0.fma(m, f20);
          f21 = s1.fma(m, f21);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 3]);
          f30 = s0.fma(m, f30);
          f31 = s1.fma(m, f31);
        }
      }
      f00.intoMemorySegment(MEMORY, sums, ORDER);
      f01.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
      f10.intoMemorySegment(MEMORY, sums + 2 * BYTES, ORDER);
      f11.intoMemorySegment(MEMORY, sums + 3 * BYTES, ORDER);
      f20.intoMemorySegment(MEMORY, sums + 4 * BYTES, ORDER);
      f21.intoMemorySegment(MEMORY, sums + 5 * BYTES, ORDER);
      f30.intoMemorySegment(MEMORY, sums + 6 * BYTES, ORDER);
      f31.intoMemorySegment(MEMORY, sums + 7 * BYTES, ORDER);
    }
  }

  /**
   * Codes of up to 8 bits, as floats: |Σ| over a piece is at most 32 · 128 · 127, below 2²⁴, so that every partial sum is
   * an integer that a float holds exactly, and their order does not matter.
   *
   * @param panel address of the worker's block
   * @param firstSums address of the first tile's sums
   * @param pieces in the panel
   * @param quads groups of four columns in a piece
   * @param hasMinimums whether the panel has them
   * @param tiles of four activation rows
   * @param x codes of the activations, as {@link PreparedRows} has them
   * @param firstX index of the first tile's codes for the panel's first columns
   * @param xStride from tile to tile
   * @param firstPiece index in the following arrays of the first tile's first piece
   * @param pieceStride from tile to tile
   * @param xScales of each piece
   * @param xMinimums xscale · Σx of each piece
   */
  static void wide(
      long panel,
      long firstSums,
      int pieces,
      int quads,
      boolean hasMinimums,
      int tiles,
      float[] x,
      int firstX,
      int xStride,
      int firstPiece,
      int pieceStride,
      float[] xScales,
      float[] xMinimums) {
    long pieceBytes = quads * PanelMap.WIDE_QUAD;
    for (int tile = 0; tile < tiles; tile++) {
      long sums = plain(firstSums + (long) tile * TILE * ROW_BYTES);
      var f00 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums, ORDER);
      var f01 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + BYTES, ORDER);
      var f10 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 2 * BYTES, ORDER);
      var f11 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 3 * BYTES, ORDER);
      var f20 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 4 * BYTES, ORDER);
      var f21 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 5 * BYTES, ORDER);
      var f30 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 6 * BYTES, ORDER);
      var f31 = FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + 7 * BYTES, ORDER);
      for (int piece = 0; piece < pieces; piece++) {
        long w = plain(panel + PanelMap.CODES + piece * pieceBytes);
        int x0 = firstX + tile * xStride + piece * quads * 4 * TILE;
        var d00 = FloatVector.zero(FLOATS);
        var d01 = d00;
        var d10 = d00;
        var d11 = d00;
        var d20 = d00;
        var d21 = d00;
        var d30 = d00;
        var d31 = d00;
        for (int step = 0; step < 4 * quads; step++) {
          long ws = w + step * ROW_BYTES;
          int xs = x0 + step * TILE;
          var w0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, ws, ORDER);
          var w1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, ws + BYTES, ORDER);
          var v = FloatVector.broadcast(FLOATS, x[xs]);
          d00 = w0.fma(v, d00);
          d01 = w1.fma(v, d01);
          v = FloatVector.broadcast(FLOATS, x[xs + 1]);
          d10 = w0.fma(v, d10);
          d11 = w1.fma(v, d11);
          v = FloatVector.broadcast(FLOATS, x[xs + 2]);
          d20 = w0.fma(v, d20);
          d21 = w1.fma(v, d21);
          v = FloatVector.broadcast(FLOATS, x[xs + 3]);
          d30 = w0.fma(v, d30);
          d31 = w1.fma(v, d31);
        }
        long scale = plain(panel + PanelMap.SCALES + piece * ROW_BYTES);
        int p = firstPiece + tile * pieceStride + piece * TILE;
        var s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale, ORDER);
        var s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + BYTES, ORDER);
        float y = xScales[p];
        f00 = d00.fma(s0.mul(y), f00);
        f01 = d01.fma(s1.mul(y), f01);
        y = xScales[p + 1];
        f10 = d10.fma(s0.mul(y), f10);
        f11 = d11.fma(s1.mul(y), f11);
        y = xScales[p + 2];
        f20 = d20.fma(s0.mul(y), f20);
        f21 = d21.fma(s1.mul(y), f21);
        y = xScales[p + 3];
        f30 = d30.fma(s0.mul(y), f30);
        f31 = d31.fma(s1.mul(y), f31);
        if (hasMinimums) {
          s0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + MINIMUMS, ORDER);
          s1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, scale + MINIMUMS + BYTES, ORDER);
          var m = FloatVector.broadcast(FLOATS, xMinimums[p]);
          f00 = s0.fma(m, f00);
          f01 = s1.fma(m, f01);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 1]);
          f10 = s0.fma(m, f10);
          f11 = s1.fma(m, f11);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 2]);
          f20 = s0.fma(m, f20);
          f21 = s1.fma(m, f21);
          m = FloatVector.broadcast(FLOATS, xMinimums[p + 3]);
          f30 = s0.fma(m, f30);
          f31 = s1.fma(m, f31);
        }
      }
      f00.intoMemorySegment(MEMORY, sums, ORDER);
      f01.intoMemorySegment(MEMORY, sums + BYTES, ORDER);
      f10.intoMemorySegment(MEMORY, sums + 2 * BYTES, ORDER);
      f11.intoMemorySegment(MEMORY, sums + 3 * BYTES, ORDER);
      f20.intoMemorySegment(MEMORY, sums + 4 * BYTES, ORDER);
      f21.intoMemorySegment(MEMORY, sums + 5 * BYTES, ORDER);
      f30.intoMemorySegment(MEMORY, sums + 6 * BYTES, ORDER);
      f31.intoMemorySegment(MEMORY, sums + 7 * BYTES, ORDER);
    }
  }
}
