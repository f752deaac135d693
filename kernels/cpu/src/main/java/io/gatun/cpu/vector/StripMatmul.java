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
    try {
      prepare(product, scratch);
      for (long row = from; row < to; row += COUNT) {
        strip(product, row, (int) Math.min(COUNT, to - row), scratch);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** Integers from plane to plane. */
  private static int planeStride(QuantizedRows x) {
    return (int) x.codeStride() / 4 + 16;
  }

  private int pieces(QuantizedRows x) {
    return x.cols() / PanelMap.piece(encoding.groupLength());
  }

  private void prepare(Product<QuantizedRows> product, Scratch scratch) {
    QuantizedRows x = product.x();
    int tokens = (int) product.count();
    int quads = (int) x.codeStride() / 4;
    int stride = planeStride(x);
    int row = kernel.planeCount() * stride;
    int[] planes = scratch.pairs((long) tokens * row + COUNT);
    scratch.xScales((long) tokens * pieces(x));
    scratch.xMinimums((long) tokens * pieces(x));
    scratch.xCenters((long) tokens * pieces(x));
    for (int t = 0; t < tokens; t++) {
      long source = product.firstX() + t;
      PanelActivations.pairs(x.codes().address() + source * x.codeStride(), quads, planes, t * row, stride);
      kernel.planes(planes, t * row, stride, quads);
      PanelActivations.pieces(
          x, source, PanelMap.piece(encoding.groupLength()), kernel.center(), t * pieces(x), pieces(x), scratch);
    }
  }

  private void strip(Product<QuantizedRows> product, long row, int rows, Scratch scratch) {
    HostMatrix w = product.w();
    int tokens = (int) product.count();
    MemorySegment block = scratch.block(StripMap.END);
    long strip = block.address();
    block.asSlice(StripMap.SUMS, tokens * BYTES).fill((byte) 0);
    int stride = planeStride(product.x());
    int pieces = pieces(product.x());
    long source = Lanes.address(w.bytes(), w.rowOffset(product.expert(), row), rows * w.rowBytes());
    for (int col = 0; col < w.cols(); col += StripMap.COLS) {
      int blocks = (int) Math.min(StripMap.COLS, w.cols() - col) / encoding.blockLength();
      kernel.gather(source + encoding.bytes(col), w.rowBytes(), rows, blocks, strip);
      for (int t = 0; t < tokens; t++) {
        kernel.multiply(
            strip,
            blocks,
            scratch.pairs(0),
            t * kernel.planeCount() * stride + col / 4,
            stride,
            t * pieces + col / PanelMap.piece(encoding.groupLength()),
            scratch.xScales(0),
            scratch.xMinimums(0),
            scratch.xCenters(0),
            strip + StripMap.SUMS + t * BYTES);
      }
    }
    for (int t = 0; t < tokens; t++) {
      long out = (product.firstOut() + t) * product.out().cols() + row;
      MemorySegment.copy(
          block, StripMap.SUMS + t * BYTES, product.out().segment(), out * Float.BYTES, (long) rows * Float.BYTES);
    }
  }
}
