package io.gatun.jit;

import static io.gatun.jit.Emitter.ROWS;
import static io.gatun.jit.PanelEmitter.TILE;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Products with 8-bit activations on the mapped bytes, by assembled functions. Rows that do not fill a
 * strip are computed together with rows before them; where there are none, or the weights are on the heap, rows are copied. Stateless
 * and thread-safe.
 *
 * @param strip a function of {@link StripEmitter}, for few activation rows
 * @param panel a function of {@link PanelEmitter}, for others
 */
record JitMatmul(BlockCode encoding, MemorySegment strip, MemorySegment panel) implements MatmulKernel<QuantizedRows> {
  private static final long VECTOR = ROWS * Float.BYTES;

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    HostMatrix w = product.w();
    MemorySegment block = scratch.block(results(w) + product.count() * VECTOR + ROWS * w.rowBytes());
    try {
      long count = product.count();
      if (count < TILE) {
        run(product, 0, count, from, to, strip, block);
      } else {
        long whole = count / TILE * TILE;
        run(product, 0, whole, from, to, panel, block);
        if (whole < count) {
          run(product, count - TILE, TILE, from, to, panel, block);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  private long panelBytes(HostMatrix w) {
    return w.cols() / QuantizedRows.RUN * encoding.panelBytes();
  }

  /**
   * Where the results of a strip whose rows are copied are in the worker's memory, f32 [activation rows][ROWS]: behind the
   * arguments and the panel. The strip's rows follow.
   */
  private long results(HostMatrix w) {
    return Arguments.END + panelBytes(w);
  }

  /** Activation rows {@code first} to {@code first + count - 1} of the product. */
  private void run(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      MemorySegment function,
      MemorySegment block) {
    QuantizedRows x = product.x();
    HostMatrix w = product.w();
    long row = product.firstX() + first;
    long runs = w.cols() / QuantizedRows.RUN;
    long scaleStride = x.scaleStride() * Float.BYTES; // that of the sums as well: two of 16 bits for each scale
    Arguments.set(block, Arguments.ROW_BYTES, w.rowBytes());
    Arguments.set(block, Arguments.TOKENS, count);
    Arguments.set(block, Arguments.RUNS_END, runs * Integer.BYTES);
    Arguments.set(block, Arguments.CODES, x.codes().address() + row * x.codeStride());
    Arguments.set(block, Arguments.CODE_STRIDE, x.codeStride());
    Arguments.set(block, Arguments.CODE_SKIP, TILE * x.codeStride() - w.cols());
    Arguments.set(block, Arguments.SCALES, x.scales().address() + row * scaleStride);
    Arguments.set(block, Arguments.SUMS, x.sums().address() + row * scaleStride);
    Arguments.set(block, Arguments.SCALE_STRIDE, scaleStride);
    Arguments.set(block, Arguments.SCALE_SKIP, TILE * scaleStride - runs * Float.BYTES);
    Arguments.set(block, Arguments.PANEL, block.address() + Arguments.END);
    Arguments.set(block, Arguments.PANEL_END, block.address() + results(w));
    if (to - from < ROWS || !w.bytes().isNative()) {
      copied(product, first, count, from, to, function, block);
    } else {
      long strips = (to - from) / ROWS;
      strips(product, first, from, strips, function, block);
      if (from + strips * ROWS < to) {
        strips(product, first, to - ROWS, 1, function, block);
      }
    }
  }

  private static void strips(
      Product<QuantizedRows> product, long first, long row, long strips, MemorySegment function, MemorySegment block) {
    HostMatrix w = product.w();
    long outStride = product.out().cols() * Float.BYTES;
    long weights = address(w.bytes(), w.rowOffset(product.expert(), row), strips * ROWS * w.rowBytes());
    long out = product.out().segment().address() + (product.firstOut() + first) * outStride + row * Float.BYTES;
    compute(function, block, weights, strips, out, outStride);
  }

  /** One strip at a time, whose rows and results are in the block. */
  private void copied(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      MemorySegment function,
      MemorySegment block) {
    HostMatrix w = product.w();
    long results = results(w);
    long weights = results + product.count() * VECTOR;
    for (long row = from; row < to; row += ROWS) {
      long rows = Math.min(ROWS, to - row);
      MemorySegment.copy(w.bytes(), w.rowOffset(product.expert(), row), block, weights, rows * w.rowBytes());
      compute(function, block, block.address() + weights, 1, block.address() + results, VECTOR);
      for (long i = 0; i < count; i++) {
        long out = (product.firstOut() + first + i) * product.out().cols() + row;
        MemorySegment.copy(
            block, results + i * VECTOR, product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
      }
    }
  }

  private static void compute(
      MemorySegment function, MemorySegment block, long weights, long strips, long out, long outStride) {
    Arguments.set(block, Arguments.WEIGHTS, weights);
    Arguments.set(block, Arguments.STRIPS, strips);
    Arguments.set(block, Arguments.OUT, out);
    Arguments.set(block, Arguments.OUT_STRIDE, outStride);
    Calls.run(function, block);
  }

  /**
   * Where {@code length} bytes of native memory are.
   *
   * @throws IndexOutOfBoundsException if they are not all in the segment
   * @throws IllegalStateException if it has been closed
   */
  private static long address(MemorySegment segment, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, segment.byteSize());
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "weights at %d: their checkpoint is closed; keep it open while the device computes".formatted(offset));
    }
    return segment.address() + offset;
  }
}
