package io.gatun.jit;

import static io.gatun.jit.StripEmitter.ROWS;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Products with 8-bit activations on the mapped bytes, by a function that {@link StripEmitter} wrote. Rows that do not fill a
 * strip are computed together with rows before them; where there are none, or the weights are on the heap, rows are copied. Stateless
 * and thread-safe.
 *
 * @param function stays where it is for as long as the JVM runs
 */
record StripMatmul(MemorySegment function) implements MatmulKernel<QuantizedRows> {
  private static final long VECTOR = ROWS * Float.BYTES;

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    HostMatrix w = product.w();
    MemorySegment block = scratch.block(StripArguments.END + product.count() * VECTOR + ROWS * w.rowBytes());
    try {
      activations(product, block);
      if (to - from < ROWS || !w.bytes().isNative()) {
        copied(product, from, to, block);
      } else {
        inPlace(product, from, to, block);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  private static void activations(Product<QuantizedRows> product, MemorySegment arguments) {
    QuantizedRows x = product.x();
    long scaleStride = x.scaleStride() * Float.BYTES;
    long sumStride = x.sumStride() * Short.BYTES;
    StripArguments.set(arguments, StripArguments.ROW_BYTES, product.w().rowBytes());
    StripArguments.set(arguments, StripArguments.TOKENS, product.count());
    StripArguments.set(arguments, StripArguments.RUNS_END, product.w().cols() / QuantizedRows.RUN * Integer.BYTES);
    StripArguments.set(arguments, StripArguments.CODES, x.codes().address() + product.firstX() * x.codeStride());
    StripArguments.set(arguments, StripArguments.CODE_STRIDE, x.codeStride());
    StripArguments.set(arguments, StripArguments.SCALES, x.scales().address() + product.firstX() * scaleStride);
    StripArguments.set(arguments, StripArguments.SCALE_STRIDE, scaleStride);
    StripArguments.set(arguments, StripArguments.SUMS, x.sums().address() + product.firstX() * sumStride);
    StripArguments.set(arguments, StripArguments.SUM_STRIDE, sumStride);
  }

  private void inPlace(Product<QuantizedRows> product, long from, long to, MemorySegment block) {
    long strips = (to - from) / ROWS;
    strips(product, from, strips, block);
    if (from + strips * ROWS < to) {
      strips(product, to - ROWS, 1, block);
    }
  }

  private void strips(Product<QuantizedRows> product, long row, long strips, MemorySegment block) {
    HostMatrix w = product.w();
    long outStride = product.out().cols() * Float.BYTES;
    long weights = address(w.bytes(), w.rowOffset(product.expert(), row), strips * ROWS * w.rowBytes());
    long out = product.out().segment().address() + product.firstOut() * outStride + row * Float.BYTES;
    compute(block, weights, strips, out, outStride);
  }

  /** One strip at a time, whose rows and results are in the block. */
  private void copied(Product<QuantizedRows> product, long from, long to, MemorySegment block) {
    HostMatrix w = product.w();
    long results = StripArguments.END;
    long weights = results + product.count() * VECTOR;
    for (long row = from; row < to; row += ROWS) {
      long rows = Math.min(ROWS, to - row);
      MemorySegment.copy(w.bytes(), w.rowOffset(product.expert(), row), block, weights, rows * w.rowBytes());
      compute(block, block.address() + weights, 1, block.address() + results, VECTOR);
      for (long i = 0; i < product.count(); i++) {
        long out = (product.firstOut() + i) * product.out().cols() + row;
        MemorySegment.copy(
            block, results + i * VECTOR, product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
      }
    }
  }

  private void compute(MemorySegment arguments, long weights, long strips, long out, long outStride) {
    StripArguments.set(arguments, StripArguments.WEIGHTS, weights);
    StripArguments.set(arguments, StripArguments.STRIPS, strips);
    StripArguments.set(arguments, StripArguments.OUT, out);
    StripArguments.set(arguments, StripArguments.OUT_STRIDE, outStride);
    Calls.run(function, arguments);
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
