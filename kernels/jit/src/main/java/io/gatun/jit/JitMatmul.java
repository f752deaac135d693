package io.gatun.jit;

import static io.gatun.jit.Emitter.ROWS;
import static io.gatun.jit.PanelEmitter.STRIPS;
import static io.gatun.jit.PanelEmitter.TILE;

import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Products with 8-bit activations on the mapped bytes, by assembled functions. Rows that do not fill a
 * strip are computed together with rows before them; where there are none, or the weights are on the heap, rows are
 * copied. Stateless and thread-safe.
 */
final class JitMatmul implements MatmulKernel<QuantizedRows> {
  private final Lazy<Functions> functions;

  /** @param block how blocks are taken apart; asked for when the kernel is first used */
  JitMatmul(Supplier<BlockCode> block) {
    this.functions = new Lazy<>(() -> Functions.of(block.get()));
  }

  /** @param rows that a function computes together */
  private record Function(MemorySegment code, int rows) {
    long resultBytes() {
      return (long) rows * Float.BYTES;
    }
  }

  /**
   * The functions of an encoding, which stay for as long as the JVM runs, and where a worker's memory has what: behind
   * the arguments the panel, corrections of activations, and where rows are copied their results and they themselves.
   * Offsets in bytes.
   *
   * @param strip a function of {@link StripEmitter}, for one activation row
   * @param batches functions of {@link BatchEmitter}, for 2, 3 … activation rows; assembled when they are first used
   * @param panel a function of {@link PanelEmitter}, for more
   */
  private record Functions(Shape shape, Function strip, List<Lazy<Function>> batches, Function panel) {

    static Functions of(BlockCode block) {
      List<byte[]> codes = List.of(StripEmitter.function(block), PanelEmitter.function(block));
      List<MemorySegment> functions = new CodeArena(codes).functions();
      String name = block.getClass().getSimpleName();
      PerfMap.add(name + " strip", functions.getFirst());
      PerfMap.add(name + " panel", functions.getLast());
      return new Functions(
          block.shape(),
          new Function(functions.getFirst(), ROWS),
          IntStream.rangeClosed(2, BatchEmitter.largest(block)).mapToObj(tokens -> batch(block, tokens)).toList(),
          new Function(functions.getLast(), STRIPS * ROWS));
    }

    private static Lazy<Function> batch(BlockCode block, int tokens) {
      return new Lazy<>(
          () -> {
            MemorySegment function = new CodeArena(List.of(BatchEmitter.function(block, tokens))).functions().getFirst();
            PerfMap.add("%s batch of %d".formatted(block.getClass().getSimpleName(), tokens), function);
            return new Function(function, ROWS);
          });
    }

    /** Activation rows that are computed together if so many are left: a few, or as many tiles of a panel as there are. */
    long together(long left) {
      long few = Math.min(left, batches.size() + 1);
      return few < left && left >= TILE ? left / TILE * TILE : few;
    }

    /** For so many rows as are {@link #together}. */
    Function forRows(long count) {
      if (count > batches.size() + 1) {
        return panel;
      }
      return count == 1 ? strip : batches.get((int) count - 2).get();
    }

    long panelStrip(HostMatrix w) {
      return w.cols() / QuantizedRows.RUN * shape.panelBytes();
    }

    long corrections(HostMatrix w) {
      return Arguments.END + STRIPS * panelStrip(w);
    }

    /** f32 [activation rows][rows of a function]. */
    long results(Product<QuantizedRows> product) {
      long values = shape.groupsOfRun() * product.count() * product.x().scaleStride();
      return corrections(product.w()) + values * Float.BYTES;
    }

    long weights(Product<QuantizedRows> product) {
      return results(product) + product.count() * panel.resultBytes();
    }

    long end(Product<QuantizedRows> product) {
      return weights(product) + panel.rows() * product.w().rowBytes();
    }
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    Functions code = functions.get();
    try {
      MemorySegment memory = scratch.block(code.end(product));
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
      Functions code,
      Function function,
      MemorySegment memory) {
    QuantizedRows x = product.x();
    HostMatrix w = product.w();
    long row = product.firstX() + first;
    long runs = w.cols() / QuantizedRows.RUN;
    long scaleStride = x.scaleStride() * Float.BYTES; // that of the sums as well: two of 16 bits for each scale
    long panel = memory.address() + Arguments.END;
    long corrections = memory.address() + code.corrections(w);
    Arguments.set(memory, Arguments.ROW_BYTES, w.rowBytes());
    Arguments.set(memory, Arguments.TOKENS, count);
    Arguments.set(memory, Arguments.RUNS_END, runs * Integer.BYTES);
    Arguments.set(memory, Arguments.CODES, x.codes().address() + row * x.codeStride());
    Arguments.set(memory, Arguments.CODE_STRIDE, x.codeStride());
    Arguments.set(memory, Arguments.CODE_SKIP, TILE * x.codeStride() - w.cols());
    Arguments.set(memory, Arguments.SCALES, x.scales().address() + row * scaleStride);
    Arguments.set(memory, Arguments.SUMS, x.sums().address() + row * scaleStride);
    Arguments.set(memory, Arguments.SCALE_STRIDE, scaleStride);
    Arguments.set(memory, Arguments.SCALE_SKIP, TILE * scaleStride - runs * Float.BYTES);
    Arguments.set(memory, Arguments.PANEL, panel);
    Arguments.set(memory, Arguments.PANEL_STRIP, code.panelStrip(w));
    Arguments.set(memory, Arguments.PANEL_FIRST_END, panel + code.panelStrip(w));
    Arguments.set(memory, Arguments.PANEL_END, corrections);
    Arguments.set(memory, Arguments.CORRECTIONS, corrections);
    Arguments.set(memory, Arguments.CORRECTIONS_BYTES, count * scaleStride);
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
      Product<QuantizedRows> product, long first, long row, long strips, Function function, MemorySegment memory) {
    long outStride = product.out().cols() * Float.BYTES;
    long weights = Weights.address(product.w(), product.expert(), row, strips * function.rows());
    long out = product.out().segment().address() + (product.firstOut() + first) * outStride + row * Float.BYTES;
    compute(function, memory, weights, strips, out, outStride);
  }

  /** As many rows at a time as the function computes together, which and whose results are in the memory. */
  private static void copied(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      Functions code,
      Function function,
      MemorySegment memory) {
    HostMatrix w = product.w();
    long results = code.results(product);
    long weights = code.weights(product);
    long stride = function.resultBytes();
    for (long row = from; row < to; row += function.rows()) {
      long rows = Math.min(function.rows(), to - row);
      MemorySegment.copy(w.bytes(), w.rowOffset(product.expert(), row), memory, weights, rows * w.rowBytes());
      compute(function, memory, memory.address() + weights, 1, memory.address() + results, stride);
      for (long i = 0; i < count; i++) {
        long out = (product.firstOut() + first + i) * product.out().cols() + row;
        MemorySegment.copy(
            memory, results + i * stride, product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
      }
    }
  }

  private static void compute(
      Function function, MemorySegment memory, long weights, long strips, long out, long outStride) {
    Arguments.set(memory, Arguments.WEIGHTS, weights);
    Arguments.set(memory, Arguments.STRIPS, strips);
    Arguments.set(memory, Arguments.OUT, out);
    Arguments.set(memory, Arguments.OUT_STRIDE, outStride);
    Calls.run(function.code(), memory);
  }
}
