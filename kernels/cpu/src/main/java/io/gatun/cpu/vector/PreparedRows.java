package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.INTS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.Lanes.plain;
import static io.gatun.cpu.vector.PanelMap.TILE;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import jdk.incubator.vector.IntVector;
import org.jspecify.annotations.Nullable;

/**
 * Quantized activations in the order in which kernels read them: for a tile, or in planes for a strip. A worker makes
 * them once for all its parts of a product, and of the products that follow with the same activations.
 *
 * <pre>
 *   tiles    pairs, floats              [tile][quad][2][TILE]  narrow: pairs of 16 bits, of columns 0 and 2, then 1 and 3
 *                                       [tile][quad][4][TILE]  wide
 *            scales, minimums, centers  [tile][piece][TILE]    xscale; xscale · Σx; center · Σx
 *   planes   pairs                      [row][plane][quad]     pairs of 16 bits; {@link StripKernel}
 *            scales, minimums, centers  [row][piece]
 * </pre>
 *
 * <p>Used by one worker.
 */
final class PreparedRows {
  private @Nullable QuantizedRows source;
  private @Nullable Object layout;
  private long version;
  private long first;
  private int count;
  private int length;

  private int quads;
  private int pieces;
  private int[] pairs = {};
  private float[] floats = {};
  private float[] scales = {};
  private float[] minimums = {};
  private int[] centers = {};

  private PreparedRows() {}

  /** What a worker has prepared last. */
  static PreparedRows of(Scratch scratch) {
    return scratch.kept(PreparedRows.class, PreparedRows::new);
  }

  /** Groups of four columns of a row, padding included. */
  int quads() {
    return quads;
  }

  /** Pieces of a row. */
  int pieces() {
    return pieces;
  }

  int[] pairs() {
    return pairs;
  }

  float[] floats() {
    return floats;
  }

  float[] scales() {
    return scales;
  }

  float[] minimums() {
    return minimums;
  }

  int[] centers() {
    return centers;
  }

  /** From plane to plane, with room for a vector more than a row has. */
  int planeStride() {
    return quads + 16;
  }

  /**
   * Prepares tiles of rows {@code from} to {@code from + rows - 1}; the last one is repeated to fill the last tile.
   *
   * @param piece columns of a piece, 16 or 32
   */
  void tiles(QuantizedRows x, long from, int rows, int piece, PanelCodes kind) {
    if (isPrepared(x, from, rows, piece, kind)) {
      return;
    }
    begin(x, piece);
    int lanes = (rows + TILE - 1) / TILE * TILE;
    makeRoomForFactors(lanes);
    for (int lane = 0; lane < lanes; lane++) {
      long row = from + Math.min(lane, rows - 1);
      long codes = plain(x.codes().address() + row * x.codeStride());
      int tile = lane / TILE;
      int center =
          switch (kind) {
            case PanelCodes.Narrow(int c) -> {
              int stride = quads * 2 * TILE;
              pairs = pairs.length >= lanes / TILE * stride ? pairs : new int[lanes / TILE * stride];
              narrow(codes, quads, pairs, tile * stride + lane % TILE);
              yield c;
            }
            case PanelCodes.Wide _ -> {
              int stride = quads * 4 * TILE;
              floats = floats.length >= lanes / TILE * stride ? floats : new float[lanes / TILE * stride];
              wide(codes, quads, floats, tile * stride + lane % TILE);
              yield 0;
            }
          };
      factors(x, row, center, tile * pieces * TILE + lane % TILE, TILE);
    }
    remember(x, from, rows, kind);
  }

  /**
   * Prepares planes of rows {@code from} to {@code from + rows - 1} for a strip.
   *
   * @param piece columns of a piece, 16 or 32
   */
  void planes(QuantizedRows x, long from, int rows, int piece, StripKernel kernel) {
    if (isPrepared(x, from, rows, piece, kernel)) {
      return;
    }
    begin(x, piece);
    makeRoomForFactors(rows);
    int stride = planeStride();
    int all = rows * kernel.planeCount() * stride;
    pairs = pairs.length >= all ? pairs : new int[all];
    for (int row = 0; row < rows; row++) {
      int start = row * kernel.planeCount() * stride;
      pairs(plain(x.codes().address() + (from + row) * x.codeStride()), quads, pairs, start, stride);
      kernel.planes(pairs, start, stride, quads);
      factors(x, from + row, kernel.center(), row * pieces, 1);
    }
    remember(x, from, rows, kernel);
  }

  private boolean isPrepared(QuantizedRows x, long from, int rows, int piece, Object wanted) {
    return source == x
        && version == x.version()
        && first == from
        && count == rows
        && length == piece
        && wanted.equals(layout);
  }

  private void begin(QuantizedRows x, int piece) {
    source = null;
    length = piece;
    quads = (int) x.codeStride() / 4;
    pieces = x.cols() / piece;
  }

  private void remember(QuantizedRows x, long from, int rows, Object wanted) {
    source = x;
    version = x.version();
    first = from;
    count = rows;
    layout = wanted;
  }

  private void makeRoomForFactors(int rows) {
    int wanted = rows * pieces;
    if (scales.length < wanted) {
      scales = new float[wanted];
      minimums = new float[wanted];
      centers = new int[wanted];
    }
  }

  private static void narrow(long source, int quads, int[] target, int start) {
    for (int quad = 0; quad < quads; quad++) {
      int four = MEMORY.get(INT, source + quad * 4L);
      int at = start + quad * 2 * TILE;
      target[at] = (four << 24 >> 24 & 0xFFFF) | (four << 8 >> 24 << 16);
      target[at + TILE] = (four << 16 >> 24 & 0xFFFF) | (four >> 24 << 16);
    }
  }

  private static void wide(long source, int quads, float[] target, int start) {
    for (int quad = 0; quad < quads; quad++) {
      int four = MEMORY.get(INT, source + quad * 4L);
      int at = start + quad * 4 * TILE;
      target[at] = four << 24 >> 24;
      target[at + TILE] = four << 16 >> 24;
      target[at + 2 * TILE] = four << 8 >> 24;
      target[at + 3 * TILE] = four >> 24;
    }
  }

  /** For each quad of columns the pair (0, 2), and in the next plane the pair (1, 3). */
  private static void pairs(long source, int quads, int[] target, int start, int stride) {
    for (int i = 0; i < quads; i += COUNT) {
      var bytes = IntVector.fromMemorySegment(INTS, MEMORY, source + 4L * i, ORDER).reinterpretAsShorts();
      bytes.lanewise(LSHL, 8).lanewise(ASHR, 8).reinterpretAsInts().intoArray(target, start + i);
      bytes.lanewise(ASHR, 8).reinterpretAsInts().intoArray(target, start + stride + i);
    }
  }

  /**
   * The factors of a row's pieces.
   *
   * @param start index of the first piece
   * @param step from piece to piece
   */
  private void factors(QuantizedRows x, long row, int center, int start, int step) {
    int runs = length / QuantizedRows.SUM_RUN;
    long xScales = plain(x.scales().address() + row * x.scaleStride() * Float.BYTES);
    long xSums = plain(x.sums().address() + row * x.sumStride() * Short.BYTES);
    for (int piece = 0, at = start; piece < pieces; piece++, at += step) {
      int sum = 0;
      for (int run = piece * runs; run < (piece + 1) * runs; run++) {
        sum += MEMORY.get(SHORT, xSums + 2L * run);
      }
      float scale = MEMORY.get(FLOAT, xScales + 4L * (piece * length / QuantizedRows.RUN));
      scales[at] = scale;
      minimums[at] = scale * sum;
      centers[at] = center * sum;
    }
  }
}
