package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.PanelMap.COLS;
import static io.gatun.cpu.vector.PanelMap.ROWS;
import static io.gatun.cpu.vector.PanelMap.TILE;
import static io.gatun.cpu.vector.PanelMap.TOKENS;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import io.gatun.tensors.IntegerCodes;
import io.gatun.tensors.LevelCodes;
import io.gatun.tensors.MatrixEncoding.Region;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Optional;

/**
 * Products with 8-bit activations: a strip of weight rows is decoded into a panel, part by part, and each part meets all
 * activation rows while it is in the cache. The sums of a strip grow in memory between the parts, in column order, so
 * that results are those of {@link io.gatun.device.Device#matmul} to the bit. Stateless and thread-safe.
 *
 * @param groupLength columns that share a scale, 16 or a multiple of 32
 * @param hasMinimum whether groups carry a minimum
 * @param kind what panels hold
 */
record PanelMatmul(int groupLength, boolean hasMinimum, PanelCodes kind, PanelPacker packer)
    implements MatmulKernel<QuantizedRows> {
  /** Activation rows that are prepared at a time, which bounds the memory for them. */
  private static final int PREPARED = 2 * TOKENS;

  private static final int GROUP = PanelMap.STRIPS * ROWS;

  static PanelMatmul of(QuantizedEncoding encoding, PanelCodes kind, PanelPacker packer) {
    return new PanelMatmul(encoding.groupLength(), encoding.hasMinimum(), kind, packer);
  }

  /** For a matrix in planes; empty if its rows are not whole groups. */
  static Optional<MatmulKernel<QuantizedRows>> of(IntegerCodes codes, long cols) {
    int length = codes.groupLength();
    if (cols % Math.max(length, QuantizedRows.RUN) != 0) {
      return Optional.empty();
    }
    PanelCodes kind = PanelCodes.of(length, codes.largest());
    var any = new UnpackingPacker(length, codes.hasMinimum(), kind);
    PanelPacker packer = codes instanceof LevelCodes levels ? LevelPacker.of(levels, any) : NeighbourPacker.of(codes, any);
    return Optional.of(new PanelMatmul(length, codes.hasMinimum(), kind, packer));
  }

  /** Whether groups and runs of activations end together, which panels need. */
  static boolean fits(QuantizedEncoding encoding) {
    return (encoding.groupLength() == 16 || encoding.groupLength() % QuantizedRows.RUN == 0)
        && COLS % encoding.blockLength() == 0;
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    var prepared = PreparedRows.of(scratch);
    MemorySegment block = scratch.block(PanelMap.END);
    try {
      for (long token = 0; token < product.count(); token += PREPARED) {
        int count = (int) Math.min(PREPARED, product.count() - token);
        prepared.tiles(product.x(), product.firstX() + token, count, piece(), kind);
        for (int t = 0; t < count; t += TOKENS) {
          int tokens = Math.min(TOKENS, count - t);
          for (long row = from; row < to; row += GROUP) {
            int rows = (int) Math.min(GROUP, to - row);
            multiply(product, row, rows, prepared, t / TILE, tiles(tokens), block, scratch);
            copy(product, row, rows, token + t, tokens, block);
          }
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  private int piece() {
    return PanelMap.piece(groupLength);
  }

  private static int tiles(int tokens) {
    return (tokens + TILE - 1) / TILE;
  }

  /** A few strips, so that the part of the activations that meets a panel is met again while it is in the cache. */
  private void multiply(
      Product<QuantizedRows> product,
      long row,
      int rows,
      PreparedRows x,
      int firstTile,
      int tiles,
      MemorySegment block,
      Scratch scratch) {
    HostMatrix w = product.w();
    long panel = block.address();
    Lanes.clear(panel + PanelMap.SUMS, strips(rows) * PanelMap.STRIP_SUMS);
    long firstRow = w.firstRow(product.expert()) + row;
    for (int col = 0; col < w.cols(); col += COLS) {
      int cols = (int) Math.min(COLS, w.cols() - col);
      for (int strip = 0; strip < strips(rows); strip++) {
        int first = strip * ROWS;
        packer.pack(w, new Region(firstRow + first, Math.min(ROWS, rows - first), col, cols), panel, scratch);
        multiply(panel, panel + PanelMap.SUMS + strip * PanelMap.STRIP_SUMS, col, cols, x, firstTile, tiles);
      }
    }
  }

  private static int strips(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  private void multiply(long panel, long sums, int col, int cols, PreparedRows x, int firstTile, int tiles) {
    int piece = piece();
    int pieces = x.pieces();
    int firstPiece = (firstTile * pieces + col / piece) * TILE;
    switch (kind) {
      case PanelCodes.Narrow _ -> {
        int stride = x.quads() * 2 * TILE;
        PanelTile.narrow(
            panel,
            sums,
            cols / piece,
            piece / 4,
            hasMinimum,
            tiles,
            x.pairs(),
            firstTile * stride + col / 2 * TILE,
            stride,
            firstPiece,
            pieces * TILE,
            x.scales(),
            x.minimums(),
            x.centers());
      }
      case PanelCodes.Wide _ -> {
        int stride = x.quads() * 4 * TILE;
        PanelTile.wide(
            panel,
            sums,
            cols / piece,
            piece / 4,
            hasMinimum,
            tiles,
            x.floats(),
            firstTile * stride + col * TILE,
            stride,
            firstPiece,
            pieces * TILE,
            x.scales(),
            x.minimums());
      }
    }
  }

  private static void copy(Product<QuantizedRows> product, long row, int rows, long token, int count, MemorySegment block) {
    for (int first = 0; first < rows; first += ROWS) {
      long sums = PanelMap.SUMS + first / ROWS * PanelMap.STRIP_SUMS;
      long bytes = (long) Math.min(ROWS, rows - first) * Float.BYTES;
      for (int t = 0; t < count; t++) {
        long out = (product.firstOut() + token + t) * product.out().cols() + row + first;
        MemorySegment.copy(block, sums + (long) t * ROWS * Float.BYTES, product.out().segment(), out * Float.BYTES, bytes);
      }
    }
  }
}
