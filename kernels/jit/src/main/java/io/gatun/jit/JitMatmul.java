package io.gatun.jit;

import static io.gatun.jit.PanelEmitter.TILE;
import static io.gatun.jit.PanelEmitter.VECTORS;

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
  JitMatmul(Supplier<BlockCode> block, Isa isa) {
    this.functions = new Lazy<>(() -> Functions.of(block.get(), isa));
  }

  /** @param rows that a function computes together */
  private record Function(MemorySegment code, int rows) {
    long resultBytes() {
      return (long) rows * Float.BYTES;
    }
  }

  /**
   * The functions of an encoding, which stay for as long as the JVM runs, and where a worker's memory has what: behind
   * the arguments the panel, or in its place the activations of a batch; corrections of activations, and where rows are copied
   * their results and they themselves. Offsets in bytes.
   *
   * @param panelBytes of a run of 32 columns of a vector of rows
   * @param strip a function of {@link StripEmitter}, for one activation row
   * @param batches functions of {@link BatchEmitter}, for 2, 3 … activation rows; assembled when they are first used
   * @param panel a function of {@link PanelEmitter}, for more
   */
  private record Functions(
      Shape shape, int panelBytes, Function strip, List<Lazy<Function>> batches, Function panel) {

    static Functions of(BlockCode block, Isa isa) {
      Isa ofStrips = isa.ofStrips(block);
      List<byte[]> codes = List.of(StripEmitter.function(block, ofStrips), PanelEmitter.function(block, isa));
      List<MemorySegment> functions = new CodeArena(codes).functions();
      String name = "%s %s".formatted(block.getClass().getSimpleName(), isa.id());
      PerfMap.add(name + " strip", functions.getFirst());
      PerfMap.add(name + " panel", functions.getLast());
      Shape shape = isa.shape(block);
      return new Functions(
          shape,
          shape.panelBytes(isa.bytes()),
          new Function(functions.getFirst(), ofStrips.lanes()),
          IntStream.rangeClosed(2, BatchEmitter.largest(block)).mapToObj(tokens -> batch(block, tokens)).toList(),
          new Function(functions.getLast(), PanelEmitter.rows(isa)));
    }

    private static Lazy<Function> batch(BlockCode block, int tokens) {
      return new Lazy<>(
          () -> {
            MemorySegment function = new CodeArena(List.of(BatchEmitter.function(block, tokens))).functions().getFirst();
            PerfMap.add("%s batch of %d".formatted(block.getClass().getSimpleName(), tokens), function);
            return new Function(function, Emitter.ROWS);
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

    /** Bytes of a panel's vector of rows. */
    long panelStrip(HostMatrix w) {
      return w.cols() / QuantizedRows.RUN * panelBytes;
    }

    long corrections(HostMatrix w) {
      return Arguments.END + VECTORS * panelStrip(w);
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
    HostMatrix w = product.w();
    Arguments.activations(memory, product.x(), product.firstX() + first, count, w.cols());
    Arguments.panel(memory, memory.address() + Arguments.END, code.panelStrip(w));
    Arguments.set(memory, Arguments.ROW_BYTES, w.rowBytes());
    Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + code.corrections(w));
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
