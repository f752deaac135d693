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
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Products with 8-bit activations: a strip of weight rows is decoded into a panel, part by part, and each part meets all
 * activation rows while it is in the cache. The sums of a strip grow in memory between the parts, in column order, so
 * that results are those of {@link io.gatun.device.Device#matmul} to the bit. Stateless and thread-safe.
 */
record PanelMatmul(QuantizedEncoding encoding, PanelCodes kind, PanelPacker packer) implements MatmulKernel<QuantizedRows> {

  /** Whether groups and runs of activations end together, which panels need. */
  static boolean fits(QuantizedEncoding encoding) {
    return (encoding.groupLength() == 16 || encoding.groupLength() % QuantizedRows.RUN == 0)
        && COLS % encoding.blockLength() == 0;
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    try {
      for (long token = 0; token < product.count(); token += TOKENS) {
        int count = (int) Math.min(TOKENS, product.count() - token);
        prepare(product, token, count, scratch);
        for (long row = from; row < to; row += ROWS) {
          strip(product, row, (int) Math.min(ROWS, to - row), token, count, scratch);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** The activations in the panel's order; the last row is repeated to fill the last tile. */
  private void prepare(Product<QuantizedRows> product, long token, int count, Scratch scratch) {
    QuantizedRows x = product.x();
    int stride = (int) x.codeStride();
    int tokens = tiled(count);
    int piece = PanelMap.piece(encoding.groupLength());
    int pieces = x.cols() / piece;
    scratch.xScales((long) tokens * pieces);
    scratch.xMinimums((long) tokens * pieces);
    scratch.xCenters((long) tokens * pieces);
    for (int t = 0; t < tokens; t++) {
      long row = product.firstX() + token + Math.min(t, count - 1);
      long codes = x.codes().address() + row * stride;
      int center =
          switch (kind) {
            case PanelCodes.Narrow(int c) -> {
              PanelActivations.pairs(codes, stride / 4, scratch.pairs((long) tokens * stride / 2), t * (stride / 2), stride / 4);
              yield c;
            }
            case PanelCodes.Wide() -> {
              PanelActivations.planes(codes, stride / 4, scratch.x((long) tokens * stride), t * stride);
              yield 0;
            }
          };
      PanelActivations.pieces(x, row, piece, center, t * pieces, pieces, scratch);
    }
  }

  private static int tiled(int count) {
    return (count + TILE - 1) / TILE * TILE;
  }

  private void strip(Product<QuantizedRows> product, long row, int rows, long token, int count, Scratch scratch) {
    HostMatrix w = product.w();
    MemorySegment block = scratch.block(PanelMap.END);
    block.asSlice(PanelMap.SUMS, (long) tiled(count) * ROWS * Float.BYTES).fill((byte) 0);
    long offset = w.rowOffset(product.expert(), row);
    for (int col = 0; col < w.cols(); col += COLS) {
      int cols = (int) Math.min(COLS, w.cols() - col);
      packer.pack(w, offset + encoding.bytes(col), rows, cols, block.address(), scratch);
      multiply(product.x(), block.address(), col, cols, tiled(count), scratch);
    }
    copy(product, row, rows, token, count, block);
  }

  private void multiply(QuantizedRows x, long panel, int col, int cols, int tokens, Scratch scratch) {
    int stride = (int) x.codeStride();
    int piece = PanelMap.piece(encoding.groupLength());
    int pieceStride = x.cols() / piece;
    int minimums = encoding.hasMinimum() ? 1 : 0;
    float[] scales = scratch.xScales(0);
    switch (kind) {
      case PanelCodes.Narrow _ ->
          PanelTile.narrow(
              panel,
              cols / piece,
              piece / 4,
              minimums,
              tokens,
              scratch.pairs(0),
              col / 4,
              stride / 2,
              stride / 4,
              col / piece,
              pieceStride,
              scales,
              scratch.xMinimums(0),
              scratch.xCenters(0));
      case PanelCodes.Wide _ ->
          PanelTile.wide(
              panel,
              cols / piece,
              piece / 4,
              minimums,
              tokens,
              scratch.x(0),
              col / 4,
              stride,
              stride / 4,
              col / piece,
              pieceStride,
              scales,
              scratch.xMinimums(0));
    }
  }

  private static void copy(Product<QuantizedRows> product, long row, int rows, long token, int count, MemorySegment block) {
    for (int t = 0; t < count; t++) {
      long out = (product.firstOut() + token + t) * product.out().cols() + row;
      MemorySegment.copy(
          block, PanelMap.SUMS + (long) t * ROWS * Float.BYTES, product.out().segment(), out * Float.BYTES, (long) rows * Float.BYTES);
    }
  }
}
