package io.gatun.jit;

import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Products of 8-bit activations and matrices in planes whose rows lie one behind the other, by the functions for blocks
 * of GGUF files, to which a function of {@link RowFactors} brings what is not in blocks. Strips begin at whole rows of
 * words of zero points; rows that are no whole strip are left to the scalar kernel, which gives the same bits. Stateless
 * and thread-safe.
 */
final class JitRows implements MatmulKernel<QuantizedRows> {
  /** Bytes of factors that are brought together at a time, if that is a strip or more: they should stay in the cache. */
  private static final long FACTORS = 1 << 15;

  private static final int MOST_RUNS = 4;
  private static final Lazy<MemorySegment> ORDER = Assembled.function("order of nibbles", RowNibbles::order);

  private final RowForm form;
  private final Lazy<StripFunctions> functions;

  /** By how many runs are stored at a time. */
  private final Map<Integer, Lazy<MemorySegment>> factors = new ConcurrentHashMap<>();

  JitRows(RowForm form) {
    this.form = form;
    this.functions = new Lazy<>(form::functions);
  }

  private MemorySegment factors(int runs) {
    return factors
        .computeIfAbsent(runs, _ -> Assembled.function("factors of " + form, () -> RowFactors.function(form, runs)))
        .get();
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    RowPlanes planes = RowPlanes.of(form, product.w());
    WholeSteps.run(
        product,
        from,
        to,
        scratch,
        planes.isNative() ? planes.wholeRows() : 0,
        (first, end) -> new Run(product, planes, scratch).compute(first, end));
  }

  /** One call. Rows are those of all experts. */
  private final class Run {
    private final Product<QuantizedRows> product;
    private final RowPlanes planes;
    private final StripFunctions code = functions.get();
    private final long firstRow;

    /** Runs whose factors are stored at a time. */
    private final int runs;

    /** Bytes of the factors of a strip. */
    private final long factorBytes;

    /** Where the arguments for factors, those for the order, activations in order, and factors are in the memory. */
    private final long arguments;

    private final long ordering;
    private final long ordered;
    private final long factorRoom;
    private final MemorySegment memory;

    Run(Product<QuantizedRows> product, RowPlanes planes, Scratch scratch) {
      this.product = product;
      this.planes = planes;
      this.firstRow = product.expert() * product.w().rows();
      this.runs = (int) Math.min(MOST_RUNS, Long.lowestOneBit(planes.runsOfGroup()));
      this.factorBytes = planes.runs() * RowFactors.bytes(form);
      this.arguments = code.end(product);
      this.ordering = arguments + RowFactors.END;
      this.ordered = ordering + PlaneArguments.END;
      this.factorRoom = ordered + BatchEmitter.LARGEST * product.x().codeStride();
      long strips = Math.max(FACTORS / factorBytes, code.panel().rows() / Emitter.ROWS);
      this.memory = scratch.block(factorRoom + strips * factorBytes);
    }

    /** Rows of the expert, none of them behind whole strips of all rows. */
    void compute(long from, long to) {
      set(RowFactors.SCALE_ROW, planes.scales().row());
      set(RowFactors.SCALE_GROUP, planes.scales().group());
      set(RowFactors.ZERO_ROW, planes.zeros().row());
      set(RowFactors.GROUPS, planes.groups());
      set(RowFactors.RUNS, planes.runsOfGroup() / runs);
      set(RowFactors.SKIP, (product.w().cols() / QuantizedRows.RUN - planes.runs()) * RowFactors.bytes(form));
      set(RowFactors.TARGET, memory.address() + factorRoom);
      memory.set(ValueLayout.JAVA_FLOAT, arguments + RowFactors.DIVISOR, planes.divisor());
      boolean hasPanel = planes.wholeRows() >= code.panel().rows();
      long count = product.count();
      for (long first = 0, together; first < count; first += together) {
        together = hasPanel ? code.together(count - first) : code.few(count - first);
        compute(first, together, code.forRows(together), firstRow + from, firstRow + to);
      }
    }

    private void set(int argument, long value) {
      memory.set(ValueLayout.JAVA_LONG, arguments + argument, value);
    }

    /** Brings activation rows into the order of functions on strips. */
    private void order(long first, long count) {
      QuantizedRows x = product.x();
      MemorySegment to = memory.asSlice(ordering, PlaneArguments.END);
      long source = x.codes().address() + (product.firstX() + first) * x.codeStride();
      Arguments.set(to, PlaneArguments.CODES, source);
      Arguments.set(to, PlaneArguments.X, memory.address() + ordered);
      Arguments.set(to, PlaneArguments.RUNS, count * x.codeStride());
      Calls.run(ORDER.get(), to);
      Arguments.set(memory, Arguments.CODES, memory.address() + ordered);
    }

    /** Activation rows {@code first} to {@code first + count - 1}. */
    private void compute(long first, long count, StripFunctions.Function function, long from, long to) {
      code.enter(memory, product, first, count);
      if (form.hasOrder() && !function.equals(code.panel())) {
        order(first, count);
      }
      Arguments.set(memory, Arguments.ROW_BYTES, planes.rowBytes());
      int rows = function.rows();
      long most = Math.max(1, FACTORS / factorBytes * Emitter.ROWS / rows);
      for (long row = from; row < to; ) {
        long start = Math.min(row / Emitter.ROWS * Emitter.ROWS, planes.wholeRows() - rows);
        long strips = start < row ? 0 : Math.min(most, (to - row) / rows);
        if (strips > 0) {
          long stride = product.out().cols() * Float.BYTES;
          long out = (product.firstOut() + first) * stride + (row - firstRow) * Float.BYTES;
          compute(function, row, strips, product.out().segment().address() + out, stride);
          row += strips * rows;
        } else {
          long end = Math.min(to, start + rows);
          compute(function, start, 1, memory.address() + code.results(product), function.resultBytes());
          code.store(memory, product, function, first, count, row - start, row - firstRow, end - row);
          row = end;
        }
      }
    }

    private void compute(StripFunctions.Function function, long row, long strips, long out, long outStride) {
      long rows = strips * function.rows();
      set(RowFactors.SCALES, planes.scales(row, rows));
      set(RowFactors.ZEROS, planes.zeros(row, rows, RowFactors.zeroWords(form)));
      set(RowFactors.STRIPS, rows / Emitter.ROWS);
      Calls.run(factors(runs), memory.asSlice(arguments, RowFactors.END));
      Arguments.set(memory, Arguments.FACTORS, memory.address() + factorRoom);
      function.compute(memory, planes.codes(row, rows), strips, out, outStride);
    }
  }
}
