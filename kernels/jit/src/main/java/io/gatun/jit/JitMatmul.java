package io.gatun.jit;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/**
 * Products with 8-bit activations on the mapped bytes, by assembled functions. Rows that do not fill a
 * strip are computed together with rows before them; where there are none, or the weights are on the heap, rows are
 * copied. Stateless and thread-safe.
 */
final class JitMatmul implements MatmulKernel<QuantizedRows> {
  private final Lazy<StripFunctions> functions;

  /** @param block how blocks are taken apart; asked for when the kernel is first used */
  JitMatmul(Supplier<BlockCode> block, Isa isa) {
    this.functions = new Lazy<>(() -> StripFunctions.of(block.get(), isa));
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    StripFunctions code = functions.get();
    try {
      MemorySegment memory = scratch.block(code.end(product) + code.panel().rows() * product.w().rowBytes());
      long count = product.count();
      for (long first = 0, together; first < count; first += together) {
        together = code.together(count - first);
        run(product, first, together, from, to, code, code.forRows(together), memory);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** Activation rows {@code first} to {@code first + count - 1} of the product. */
  private static void run(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      StripFunctions code,
      StripFunctions.Function function,
      MemorySegment memory) {
    HostMatrix w = product.w();
    code.enter(memory, product, first, count);
    Arguments.set(memory, Arguments.ROW_BYTES, w.rowBytes());
    int rows = function.rows();
    if (to - from < rows || !w.bytes().isNative()) {
      copied(product, first, count, from, to, code, function, memory);
    } else {
      long strips = (to - from) / rows;
      strips(product, first, from, strips, function, memory);
      if (from + strips * rows < to) {
        strips(product, first, to - rows, 1, function, memory);
      }
    }
  }

  private static void strips(
      Product<QuantizedRows> product,
      long first,
      long row,
      long strips,
      StripFunctions.Function function,
      MemorySegment memory) {
    long outStride = product.out().cols() * Float.BYTES;
    long weights = Weights.address(product.w(), product.expert(), row, strips * function.rows());
    long out = product.out().segment().address() + (product.firstOut() + first) * outStride + row * Float.BYTES;
    function.compute(memory, weights, strips, out, outStride);
  }

  /** As many rows at a time as the function computes together, which and whose results are in the memory. */
  private static void copied(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      StripFunctions code,
      StripFunctions.Function function,
      MemorySegment memory) {
    HostMatrix w = product.w();
    long weights = code.end(product);
    long results = memory.address() + code.results(product);
    for (long row = from; row < to; row += function.rows()) {
      long rows = Math.min(function.rows(), to - row);
      MemorySegment.copy(w.bytes(), w.rowOffset(product.expert(), row), memory, weights, rows * w.rowBytes());
      function.compute(memory, memory.address() + weights, 1, results, function.resultBytes());
      code.store(memory, product, function, first, count, 0, row, rows);
    }
  }
}
