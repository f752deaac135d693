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
import java.util.List;
import java.util.function.Supplier;

/**
 * Products with 8-bit activations on the mapped bytes, by assembled functions. Rows that do not fill a
 * strip are computed together with rows before them; where there are none, or the weights are on the heap, rows are copied. Stateless
 * and thread-safe.
 */
final class JitMatmul implements MatmulKernel<QuantizedRows> {

  private final Lazy<Functions> functions;

  /** @param block how blocks are taken apart; asked for when the kernel is first used */
  JitMatmul(Supplier<BlockCode> block) {
    this.functions = new Lazy<>(() -> Functions.of(block.get()));
  }

  /**
   * The functions of an encoding, which stay for as long as the JVM runs.
   *
   * @param strip a function of {@link StripEmitter}, for few activation rows
   * @param panel a function of {@link PanelEmitter}, for others
   */
  private record Functions(Shape shape, Function strip, Function panel) {

    static Functions of(BlockCode block) {
      List<byte[]> codes = List.of(StripEmitter.function(block), PanelEmitter.function(block));
      List<MemorySegment> functions = new CodeArena(codes).functions();
      return new Functions(
          block.shape(),
          new Function(functions.getFirst(), ROWS),
          new Function(functions.getLast(), PanelEmitter.STRIPS * ROWS));
    }

    /** Of a strip. */
    long panelBytes(HostMatrix w) {
      return w.cols() / QuantizedRows.RUN * shape.panelBytes();
    }
  }

  /** @param rows that it computes together */
  private record Function(MemorySegment code, int rows) {
    long resultBytes() {
      return (long) rows * Float.BYTES;
    }
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    HostMatrix w = product.w();
    Functions code = functions.get();
    var room = Room.of(product, code);
    MemorySegment memory = scratch.block(room.end());
    try {
      long count = product.count();
      if (count < TILE) {
        run(product, 0, count, from, to, code.strip(), room, memory);
      } else {
        long whole = count / TILE * TILE;
        run(product, 0, whole, from, to, code.panel(), room, memory);
        if (whole < count) {
          run(product, count - TILE, TILE, from, to, code.panel(), room, memory);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /**
   * How the worker's memory is divided after the arguments: offsets in bytes.
   *
   * @param panelStrip bytes of a strip in the panel
   * @param results of rows that are copied, f32 [activation rows][rows]
   * @param weights these rows
   */
  private record Room(long panel, long panelStrip, long corrections, long results, long weights, long end) {

    static Room of(Product<QuantizedRows> product, Functions functions) {
      Shape shape = functions.shape();
      Function widest = functions.panel();
      long panelStrip = functions.panelBytes(product.w());
      long corrections = Arguments.END + PanelEmitter.STRIPS * panelStrip;
      long results = corrections + shape.groupsOfRun() * product.count() * product.x().scaleStride() * Float.BYTES;
      long weights = results + product.count() * widest.resultBytes();
      long end = weights + widest.rows() * product.w().rowBytes();
      return new Room(Arguments.END, panelStrip, corrections, results, weights, end);
    }
  }

  /** Activation rows {@code first} to {@code first + count - 1} of the product. */
  private void run(
      Product<QuantizedRows> product,
      long first,
      long count,
      long from,
      long to,
      Function function,
      Room room,
      MemorySegment memory) {
    QuantizedRows x = product.x();
    HostMatrix w = product.w();
    long row = product.firstX() + first;
    long runs = w.cols() / QuantizedRows.RUN;
    long scaleStride = x.scaleStride() * Float.BYTES; // that of the sums as well: two of 16 bits for each scale
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
    Arguments.set(memory, Arguments.PANEL, memory.address() + room.panel());
    Arguments.set(memory, Arguments.PANEL_STRIP, room.panelStrip());
    Arguments.set(memory, Arguments.PANEL_FIRST_END, memory.address() + room.panel() + room.panelStrip());
    Arguments.set(memory, Arguments.PANEL_END, memory.address() + room.corrections());
    Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + room.corrections());
    Arguments.set(memory, Arguments.CORRECTIONS_BYTES, count * scaleStride);
    var part = new Product<>(x, row, w, product.expert(), product.out(), product.firstOut() + first, count);
    int rows = function.rows();
    if (to - from < rows || !w.bytes().isNative()) {
      copied(part, from, to, function, room, memory);
    } else {
      long strips = (to - from) / rows;
      strips(part, from, strips, function, memory);
      if (from + strips * rows < to) {
        strips(part, to - rows, 1, function, memory);
      }
    }
  }

  private static void strips(
      Product<QuantizedRows> product, long row, long strips, Function function, MemorySegment memory) {
    HostMatrix w = product.w();
    long outStride = product.out().cols() * Float.BYTES;
    long weights = Weights.address(w, product.expert(), row, strips * function.rows());
    long out = product.out().segment().address() + product.firstOut() * outStride + row * Float.BYTES;
    compute(function, memory, weights, strips, out, outStride);
  }

  /** One strip at a time, whose rows and results are in the memory. */
  private static void copied(
      Product<QuantizedRows> product, long from, long to, Function function, Room room, MemorySegment memory) {
    HostMatrix w = product.w();
    for (long row = from; row < to; row += function.rows()) {
      long rows = Math.min(function.rows(), to - row);
      MemorySegment.copy(w.bytes(), w.rowOffset(product.expert(), row), memory, room.weights(), rows * w.rowBytes());
      compute(function, memory, memory.address() + room.weights(), 1, memory.address() + room.results(), function.resultBytes());
      for (long i = 0; i < product.count(); i++) {
        long out = (product.firstOut() + i) * product.out().cols() + row;
        MemorySegment.copy(
            memory, room.results() + i * function.resultBytes(), product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
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
