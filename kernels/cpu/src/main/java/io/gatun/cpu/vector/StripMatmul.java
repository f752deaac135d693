package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.COUNT;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import io.gatun.tensors.QuantizedEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Products with 8-bit activations: up to {@link StripMap#TOKENS} rows of them meet the mapped bytes directly, more go to
 * the panel kernel. Results are those of {@link io.gatun.device.Device#matmul} to the bit either way. Stateless and
 * thread-safe.
 */
record StripMatmul(QuantizedEncoding encoding, StripKernel kernel, MatmulKernel<QuantizedRows> panel)
    implements MatmulKernel<QuantizedRows> {

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (product.count() > StripMap.TOKENS || !product.w().bytes().isNative()) {
      panel.run(product, from, to, scratch);
      return;
    }
    var prepared = PreparedRows.of(scratch);
    MemorySegment block = scratch.block(StripMap.END);
    try {
      prepared.planes(
          product.x(), product.firstX(), (int) product.count(), PanelMap.piece(encoding.groupLength()), kernel);
      for (long row = from; row < to; row += COUNT) {
        strip(product, row, (int) Math.min(COUNT, to - row), prepared, block);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  private void strip(Product<QuantizedRows> product, long row, int rows, PreparedRows x, MemorySegment block) {
    HostMatrix w = product.w();
    int tokens = (int) product.count();
    long strip = block.address();
    Lanes.clear(strip + StripMap.SUMS, tokens * BYTES);
    int rowStride = kernel.planeCount() * x.planeStride();
    long source = Lanes.address(w.bytes(), w.rowOffset(product.expert(), row), rows * w.rowBytes());
    int piece = PanelMap.piece(encoding.groupLength());
    for (int col = 0; col < w.cols(); col += StripMap.COLS) {
      int blocks = (int) Math.min(StripMap.COLS, w.cols() - col) / encoding.blockLength();
      kernel.gather(source + encoding.bytes(col), w.rowBytes(), rows, blocks, strip);
      for (int t = 0; t < tokens; t++) {
        kernel.multiply(
            strip, blocks, x, t * rowStride + col / 4, t * x.pieces() + col / piece, strip + StripMap.SUMS + t * BYTES);
      }
    }
    for (int t = 0; t < tokens; t++) {
      long out = (product.firstOut() + t) * product.out().cols() + row;
      MemorySegment.copy(
          block, StripMap.SUMS + t * BYTES, product.out().segment(), out * Float.BYTES, (long) rows * Float.BYTES);
    }
  }
}
