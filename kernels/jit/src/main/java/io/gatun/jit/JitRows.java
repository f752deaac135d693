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

  /** Copies of a group's factors that are stored at a time, and groups whose scales are read together, at most. */
  private static final int MOST = 4;

  private final RowForm form;
  private final Isa isa;
  private final Lazy<StripFunctions> functions;
  private final Lazy<MemorySegment> order;
  private final Map<Together, Lazy<MemorySegment>> factors = new ConcurrentHashMap<>();

  /** What is done at a time to bring factors together. */
  private record Together(int copies, int groups) {

    static Together of(RowForm form, RowPlanes planes) {
      return new Together(most(planes.copies()), form.scales().bytes == 1 ? most(planes.groups()) : 1);
    }

    /** The most of which there are a multiple. */
    private static int most(long count) {
      return (int) Math.min(MOST, Long.lowestOneBit(count));
    }
  }

  /** @param isa the form of panels */
  JitRows(RowForm form, Isa isa) {
    this.form = form;
    this.isa = isa;
    this.functions = new Lazy<>(() -> form.functions(isa));
    this.order = Assembled.function("order of nibbles", () -> RowNibbles.order(form.group()));
  }

  private MemorySegment factors(Together together) {
    return factors
        .computeIfAbsent(
            together,
            _ ->
                Assembled.function(
                    "factors of " + form, () -> RowFactors.function(form, together.copies, together.groups)))
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

    private final Together together;

    /** Bytes of the factors of a strip. */
    private final long factorBytes;

    /** Strips whose factors are brought together at a time, if they are single. */
    private final long strips;

    /**
     * Where the arguments for factors, those for the order, activations in order, factors, and the map and floats of nested
     * scales are in the memory.
     */
    private final long arguments;

    private final long ordering;
    private final long ordered;
    private final long factorRoom;
    private final long map;
    private final MemorySegment memory;

    Run(Product<QuantizedRows> product, RowPlanes planes, Scratch scratch) {
      this.product = product;
      this.planes = planes;
      this.firstRow = product.w().firstRow(product.expert());
      this.together = Together.of(form, planes);
      this.factorBytes = planes.stored() * RowFactors.bytes(form);
      this.strips = Math.max(1, FACTORS / factorBytes);
      this.arguments = code.end(product);
      this.ordering = arguments + RowFactors.END;
      this.ordered = ordering + PlaneArguments.END;
      this.factorRoom = ordered + BatchEmitter.LARGEST * product.x().codeStride();
      long most = Math.max(strips, code.panel().rows() / Emitter.ROWS);
      this.map = factorRoom + most * factorBytes;
      long scales = planes.nested().isEmpty() ? 0 : NestedScales.MAP_BYTES + most * Emitter.ROWS * planes.scales().row();
      this.memory = scratch.block(map + scales);
    }

    /** Rows of the expert, none of them behind whole strips of all rows. */
    void compute(long from, long to) {
      set(RowFactors.SCALE_ROW, planes.scales().row());
      set(RowFactors.SCALE_GROUP, planes.scales().group() * together.groups);
      set(RowFactors.ZERO_ROW, planes.zeros().row());
      set(RowFactors.GROUPS, planes.groups() / together.groups);
      set(RowFactors.COPIES, planes.copies() / together.copies);
      set(RowFactors.SKIP, (product.w().cols() / form.group() - planes.stored()) * RowFactors.bytes(form));
      memory.set(ValueLayout.JAVA_FLOAT, arguments + RowFactors.FACTOR, planes.factor());
      memory.set(ValueLayout.JAVA_FLOAT, arguments + RowFactors.DIVISOR, planes.divisor());
      boolean hasPanel = planes.wholeRows() >= code.panel().rows();
      long count = product.count();
      for (long first = 0, next; first < count; first += next) {
        next = hasPanel ? code.together(count - first) : code.few(count - first);
        compute(first, next, code.forRows(next), firstRow + from, firstRow + to);
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
      Calls.run(order.get(), to);
      Arguments.set(memory, Arguments.CODES, memory.address() + ordered);
    }

    /** Activation rows {@code first} to {@code first + count - 1}. */
    private void compute(long first, long count, StripFunctions.Function function, long from, long to) {
      code.enter(memory, product, first, count);
      if (form.codes().areNibbles() && !function.equals(code.panel())) {
        order(first, count);
      }
      Arguments.set(memory, Arguments.ROW_BYTES, planes.rowBytes());
      int rows = function.rows();
      long most = Math.max(1, strips * Emitter.ROWS / rows);
      for (long row = from; row < to; ) {
        long start = Math.min(row / Emitter.ROWS * Emitter.ROWS, planes.wholeRows() - rows);
        long calls = start < row ? 0 : Math.min(most, (to - row) / rows);
        if (calls > 0) {
          long stride = product.out().cols() * Float.BYTES;
          long out = (product.firstOut() + first) * stride + (row - firstRow) * Float.BYTES;
          compute(function, row, calls, product.out().segment().address() + out, stride);
          row += calls * rows;
        } else {
          long end = Math.min(to, start + rows);
          compute(function, start, 1, memory.address() + code.results(product), function.resultBytes());
          code.store(memory, product, function, first, count, row - start, row - firstRow, end - row);
          row = end;
        }
      }
    }

    /** @param times that the function is to compute its rows, each time the next ones */
    private void compute(StripFunctions.Function function, long row, long times, long out, long outStride) {
      long rows = times * function.rows();
      set(RowFactors.AHEAD, planes.nested().isEmpty() ? rows * planes.scales().row() : 0);
      bringFactors(row, rows, function.equals(code.panel()) && isa.strips() > 1);
      Arguments.set(memory, Arguments.FACTORS, memory.address() + factorRoom);
      function.compute(memory, planes.codes(row, rows), times, out, outStride);
    }

    /**
     * Brings the factors of rows together in the order in which strips ask for them.
     *
     * @param areInterleaved whether panels are computed whose vectors several strips share
     */
    private void bringFactors(long row, long rows, boolean areInterleaved) {
      long scales = scales(row, rows);
      int ofPanel = code.panel().rows() / Emitter.ROWS;
      long all = rows / Emitter.ROWS;
      long some = areInterleaved ? 1 : all;
      for (long strip = 0; strip < all; strip += some) {
        long first = (strip / ofPanel * ofPanel + PanelEmitter.strip((int) (strip % ofPanel), isa)) * Emitter.ROWS;
        set(RowFactors.SCALES, scales + first * planes.scales().row());
        set(RowFactors.ZEROS, planes.zeros(row + first, some * Emitter.ROWS, RowFactors.zeroWords(form)));
        set(RowFactors.STRIPS, some);
        long before = strip * (product.w().cols() / form.group()) * RowFactors.bytes(form);
        set(RowFactors.TARGET, memory.address() + factorRoom + before);
        Calls.run(factors(together), memory.asSlice(arguments, RowFactors.END));
      }
    }

    private long scales(long row, long rows) {
      if (planes.nested().isEmpty()) {
        return planes.scales(row, rows);
      }
      long target = memory.address() + map + NestedScales.MAP_BYTES;
      NestedScales.store(
          planes.planes(),
          planes.nested().get(),
          row * planes.groups(),
          rows * planes.groups(),
          memory.asSlice(map, NestedScales.MAP_BYTES),
          target);
      return target;
    }
  }
}
