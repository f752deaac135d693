package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.FloatTile.STRIP;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Products with float activations: a strip of weight rows is decoded to floats, unless that is what it is, and meets all
 * activation rows. Results do not depend on how many there are. Stateless and thread-safe.
 *
 * @param weights what is decoded; kernels of the same are equal
 */
record FloatMatmul(String weights) implements MatmulKernel<HostBuffer> {
  private static final int TILE = 4;
  private static final long SUMS_BYTES = TILE * STRIP * BYTES;
  private static final long OUT_BYTES = STRIP * Float.BYTES;

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    HostMatrix w = product.w();
    long rowBytes = (4 * w.cols() + BYTES - 1) / BYTES * BYTES;
    try {
      MemorySegment block = scratch.block(SUMS_BYTES + OUT_BYTES + STRIP * rowBytes);
      for (long row = from; row < to; row += STRIP) {
        int rows = (int) Math.min(STRIP, to - row);
        if (FloatRows.areFloats(w)) {
          strip(product, row, rows, FloatRows.address(w, product.expert(), row, rows), w.rowBytes(), block);
        } else {
          long panel = block.address() + SUMS_BYTES + OUT_BYTES;
          FloatRows.decode(w, product.expert(), row, rows, panel, rowBytes, scratch);
          strip(product, row, rows, panel, rowBytes, block);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** @param weights address of the strip's first row, as floats */
  private static void strip(Product<HostBuffer> product, long row, int rows, long weights, long stride, MemorySegment block) {
    int cols = (int) product.w().cols();
    long sums = block.address();
    long last = weights + (rows - 1) * stride;
    long xStride = 4L * cols;
    long x = product.x().segment().address() + product.firstX() * xStride;
    long count = product.count();
    for (long t = 0; t < count; ) {
      int tokens = count - t >= TILE ? TILE : 1;
      if (tokens == TILE) {
        for (int r = 0; r < rows; r += 2) {
          FloatTile.two(weights + r * stride, stride, last, x + t * xStride, xStride, cols, sums + r * BYTES);
        }
      } else {
        for (int r = 0; r < rows; r += 8) {
          FloatTile.one(weights + r * stride, stride, last, x + t * xStride, cols, sums + r * BYTES);
        }
      }
      for (int i = 0; i < tokens; i++, t++) {
        FloatTile.reduce(sums + (long) i * STRIP * BYTES, sums + SUMS_BYTES);
        long out = (product.firstOut() + t) * product.out().cols() + row;
        MemorySegment.copy(block, SUMS_BYTES, product.out().segment(), out * Float.BYTES, (long) rows * Float.BYTES);
      }
    }
  }
}
