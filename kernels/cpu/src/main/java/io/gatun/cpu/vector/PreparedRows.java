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

import io.gatun.device.HostMemory;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import org.jspecify.annotations.Nullable;

/**
 * Quantized activations in the order in which kernels read them: for a tile, or in planes for a strip. A worker makes
 * them once for all its parts of a product, and of the products that follow with the same activations.
 *
 * <pre>
 *   tiles    codes    [tile][quad][2][TILE]   narrow: pairs of 16 bits, of columns 0 and 2, then 1 and 3 of the quad
 *                     [tile][quad][4][TILE]   wide: floats
 *            factors  [tile][piece][3][TILE]  xscale, xscale · Σx, center · Σx (an integer)
 *   planes   codes    [row][plane][quad]      pairs of 16 bits; {@link StripKernel}
 *            factors  [row][piece][3]
 * </pre>
 *
 * <p>Used by one worker; its memory is freed when it is no longer reachable.
 */
final class PreparedRows {
  private MemorySegment memory = MemorySegment.NULL;
  private @Nullable QuantizedRows source;
  private @Nullable Object layout;
  private long version;
  private long first;
  private int count;
  private int piece;

  private long codes;
  private long codesStride;
  private long factors;
  private long factorsStride;

  private PreparedRows() {}

  /** What a worker has prepared last. */
  static PreparedRows of(Scratch scratch) {
    return scratch.kept(PreparedRows.class, PreparedRows::new);
  }

  /** Address of the first tile's or row's codes. */
  long codes() {
    return codes;
  }

  /** Bytes from tile to tile, or from row to row. */
  long codesStride() {
    return codesStride;
  }

  /** Address of the first tile's or row's factors. */
  long factors() {
    return factors;
  }

  /** Bytes from tile to tile, or from row to row. */
  long factorsStride() {
    return factorsStride;
  }

  /**
   * Prepares tiles of rows {@code from} to {@code from + rows - 1}; the last one is repeated to fill the last tile.
   *
   * @param length columns of a piece, 16 or 32
   */
  void tiles(QuantizedRows x, long from, int rows, int length, PanelCodes kind) {
    if (isPrepared(x, from, rows, length, kind)) {
      return;
    }
    int tiles = (rows + TILE - 1) / TILE;
    long quads = x.codeStride() / 4;
    codesStride =
        switch (kind) {
          case PanelCodes.Narrow _ -> quads * PanelMap.NARROW_X_QUAD;
          case PanelCodes.Wide _ -> quads * PanelMap.WIDE_X_QUAD;
        };
    factorsStride = x.cols() / length * PanelMap.X_PIECE;
    makeRoom(tiles);
    for (int row = 0; row < tiles * TILE; row++) {
      long lane = row % TILE * 4L;
      long target = codes + row / TILE * codesStride + lane;
      long wanted = from + Math.min(row, rows - 1);
      long bytes = x.codes().address() + wanted * x.codeStride();
      int center =
          switch (kind) {
            case PanelCodes.Narrow(int c) -> {
              narrow(bytes, (int) quads, target);
              yield c;
            }
            case PanelCodes.Wide _ -> {
              wide(bytes, (int) quads, target);
              yield 0;
            }
          };
      pieces(x, wanted, length, center, factors + row / TILE * factorsStride + lane, PanelMap.X_MINIMUMS);
    }
    remember(x, from, rows, length, kind);
  }

  /**
   * Prepares planes of rows {@code from} to {@code from + rows - 1} for a strip.
   *
   * @param length columns of a piece, 16 or 32
   */
  void planes(QuantizedRows x, long from, int rows, int length, StripKernel kernel) {
    if (isPrepared(x, from, rows, length, kernel)) {
      return;
    }
    int quads = (int) x.codeStride() / 4;
    long stride = planeStride(x);
    codesStride = kernel.planeCount() * stride;
    factorsStride = x.cols() / length * StripMap.X_PIECE;
    makeRoom(rows);
    for (int row = 0; row < rows; row++) {
      long target = codes + row * codesStride;
      pairs(x.codes().address() + (from + row) * x.codeStride(), quads, target, stride);
      kernel.planes(target, stride, quads);
      pieces(x, from + row, length, kernel.center(), factors + row * factorsStride, Float.BYTES);
    }
    remember(x, from, rows, length, kernel);
  }

  /** Bytes from plane to plane, with room for a vector more than a row has. */
  static long planeStride(QuantizedRows x) {
    return x.codeStride() + 64;
  }

  private boolean isPrepared(QuantizedRows x, long from, int rows, int length, Object wanted) {
    return source == x
        && version == x.version()
        && first == from
        && count == rows
        && piece == length
        && wanted.equals(layout);
  }

  private void remember(QuantizedRows x, long from, int rows, int length, Object wanted) {
    source = x;
    version = x.version();
    first = from;
    count = rows;
    piece = length;
    layout = wanted;
  }

  private void makeRoom(int items) {
    source = null;
    long codesBytes = (items * codesStride + 63) / 64 * 64;
    long bytes = codesBytes + items * factorsStride + 64;
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, HostMemory.ALIGNMENT);
    }
    codes = memory.address();
    factors = codes + codesBytes;
  }

  private static void narrow(long source, int quads, long target) {
    long from = plain(source);
    long to = plain(target);
    for (int quad = 0; quad < quads; quad++) {
      int four = MEMORY.get(INT, from + quad * 4L);
      long pair = to + quad * PanelMap.NARROW_X_QUAD;
      MEMORY.set(INT, pair, (four << 24 >> 24 & 0xFFFF) | four << 8 >> 24 << 16);
      MEMORY.set(INT, pair + 4L * TILE, (four << 16 >> 24 & 0xFFFF) | four >> 24 << 16);
    }
  }

  private static void wide(long source, int quads, long target) {
    long from = plain(source);
    long to = plain(target);
    for (int quad = 0; quad < quads; quad++) {
      int four = MEMORY.get(INT, from + quad * 4L);
      long column = to + quad * PanelMap.WIDE_X_QUAD;
      MEMORY.set(FLOAT, column, (float) (four << 24 >> 24));
      MEMORY.set(FLOAT, column + 4L * TILE, (float) (four << 16 >> 24));
      MEMORY.set(FLOAT, column + 8L * TILE, (float) (four << 8 >> 24));
      MEMORY.set(FLOAT, column + 12L * TILE, (float) (four >> 24));
    }
  }

  /** For each quad of columns the pair (0, 2), and in the next plane the pair (1, 3). */
  private static void pairs(long source, int quads, long target, long stride) {
    long from = plain(source);
    long even = plain(target);
    long odd = plain(target + stride);
    for (int i = 0; i < quads; i += COUNT) {
      var bytes = IntVector.fromMemorySegment(INTS, MEMORY, from + 4L * i, ORDER).reinterpretAsShorts();
      bytes.lanewise(LSHL, 8).lanewise(ASHR, 8).intoMemorySegment(MEMORY, even + 4L * i, ORDER);
      bytes.lanewise(ASHR, 8).intoMemorySegment(MEMORY, odd + 4L * i, ORDER);
    }
  }

  /**
   * The factors of a row's pieces.
   *
   * @param step bytes from factor to factor of a piece, of which there are three
   */
  private static void pieces(QuantizedRows x, long row, int length, int center, long target, long step) {
    int pieces = x.cols() / length;
    int runs = length / QuantizedRows.SUM_RUN;
    long scales = x.scales().address() + row * x.scaleStride() * Float.BYTES;
    long sums = x.sums().address() + row * x.sumStride() * Short.BYTES;
    for (int i = 0; i < pieces; i++) {
      float scale = MEMORY.get(FLOAT, scales + (long) i * length / QuantizedRows.RUN * Float.BYTES);
      int sum = 0;
      for (int run = i * runs; run < (i + 1) * runs; run++) {
        sum += MEMORY.get(SHORT, sums + 2L * run);
      }
      long factor = target + 3L * i * step;
      MEMORY.set(FLOAT, factor, scale);
      MEMORY.set(FLOAT, factor + step, scale * sum);
      MEMORY.set(INT, factor + 2 * step, center * sum);
    }
  }
}
