package io.gatun.jit;

import static io.gatun.jit.PanelEmitter.TILE;
import static io.gatun.jit.PanelEmitter.VECTORS;

import io.gatun.device.HostMatrix;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The functions of an encoding, which stay for as long as the JVM runs, and where a worker's memory has what: behind
 * the arguments the panel, or in its place the activations of a batch; corrections of activations, and where rows are copied
 * their results and whatever else is needed. Offsets in bytes.
 *
 * @param panelBytes of a run of 32 columns of a vector of rows
 * @param strip a function of {@link StripEmitter}, for one activation row
 * @param batches functions of {@link BatchEmitter}, for 2, 3 … activation rows; assembled when they are first used
 * @param panel a function of {@link PanelEmitter}, for more
 */
record StripFunctions(Shape shape, int panelBytes, Function strip, List<Lazy<Function>> batches, Function panel) {

  /** @param rows that a function computes together */
  record Function(MemorySegment code, int rows) {
    long resultBytes() {
      return (long) rows * Float.BYTES;
    }

    /** Computes so many strips or panels, with what else the arguments say. */
    void compute(MemorySegment memory, long weights, long strips, long out, long outStride) {
      Arguments.set(memory, Arguments.WEIGHTS, weights);
      Arguments.set(memory, Arguments.STRIPS, strips);
      Arguments.set(memory, Arguments.OUT, out);
      Arguments.set(memory, Arguments.OUT_STRIDE, outStride);
      Calls.run(code, memory);
    }
  }

  static StripFunctions of(BlockCode block, Isa isa) {
    return of(block, block, isa);
  }

  /** @param ofPanels how blocks are taken apart where they are packed into panels, if that is another order of columns */
  static StripFunctions of(BlockCode block, BlockCode ofPanels, Isa isa) {
    Isa ofStrips = isa.ofStrips(block);
    List<byte[]> codes = List.of(StripEmitter.function(block, ofStrips), PanelEmitter.function(ofPanels, isa));
    List<MemorySegment> functions = new CodeArena(codes).functions();
    String name = "%s %s".formatted(block.getClass().getSimpleName(), isa.id());
    PerfMap.add(name + " strip", functions.getFirst());
    PerfMap.add(name + " panel", functions.getLast());
    Shape shape = isa.shape(block.shape());
    return new StripFunctions(
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

  /** Activation rows of which the smaller functions compute as many as are left, at most. */
  long few(long left) {
    return Math.min(left, batches.size() + 1);
  }

  /** Activation rows that are computed together if so many are left: a few, or as many tiles of a panel as there are. */
  long together(long left) {
    long few = few(left);
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

  private long corrections(HostMatrix w) {
    return Arguments.END + VECTORS * panelStrip(w);
  }

  /** f32 [activation rows][rows of a function]. */
  long results(Product<QuantizedRows> product) {
    long values = shape.corrections() * product.count() * product.x().scaleStride();
    return corrections(product.w()) + values * Float.BYTES;
  }

  /** Of all this. */
  long end(Product<QuantizedRows> product) {
    return results(product) + product.count() * panel.resultBytes();
  }

  /** Sets what functions must know of {@code count} activation rows from {@code first} on, and where they have room. */
  void enter(MemorySegment memory, Product<QuantizedRows> product, long first, long count) {
    Arguments.activations(memory, product.x(), product.firstX() + first, count, product.w().cols());
    Arguments.panel(memory, memory.address() + Arguments.END, panelStrip(product.w()));
    Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + corrections(product.w()));
  }

  /**
   * Copies results to where they belong.
   *
   * @param first of {@code count} activation rows
   * @param skipped results of rows before {@code row}
   * @param rows that are copied
   */
  void store(
      MemorySegment memory,
      Product<QuantizedRows> product,
      Function function,
      long first,
      long count,
      long skipped,
      long row,
      long rows) {
    for (long i = 0; i < count; i++) {
      long source = results(product) + i * function.resultBytes() + skipped * Float.BYTES;
      long out = (product.firstOut() + first + i) * product.out().cols() + row;
      MemorySegment.copy(memory, source, product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
    }
  }
}
