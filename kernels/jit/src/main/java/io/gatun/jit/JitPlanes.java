package io.gatun.jit;

import static io.gatun.jit.PanelEmitter.TILE;

import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Products of 8-bit activations and matrices in planes whose rows lie side by side, by functions of {@link
 * PlaneEmitter} for the groups of columns: of a few activation rows one by one with {@link PlaneForm.Codes#together so
 * many} weight rows at a time, whose sums stay in the caches; of more by panels. Rows that are no whole step are left
 * to the scalar kernel, which gives the same bits. Stateless and thread-safe.
 */
final class JitPlanes implements MatmulKernel<QuantizedRows> {
  /** Weight rows of a panel or more that a worker is given at a time. */
  private static final int PANEL_ROWS = 256;

  private final PlaneForm form;
  private final Isa isa;
  private final Map<Integer, Lazy<MemorySegment>> products = new ConcurrentHashMap<>();
  private final Map<Integer, Lazy<MemorySegment>> orders = new ConcurrentHashMap<>();
  private final Map<Integer, Lazy<MemorySegment>> tiles = new ConcurrentHashMap<>();
  private final Map<Packing, Lazy<MemorySegment>> panels = new ConcurrentHashMap<>();

  /** Widths of the codes, and of the panel that they go to. */
  private record Packing(int bits, int panelBits) {}

  /** @param isa the form of tiles */
  JitPlanes(PlaneForm form, Isa isa) {
    this.form = form;
    this.isa = isa;
  }

  /** A panel of codes of a width. */
  private Shape shape(int bits) {
    return isa.shape(form.panel(bits));
  }

  // ---- functions, which stay for as long as the JVM runs

  private MemorySegment products(int bits) {
    return products
        .computeIfAbsent(bits, _ -> function("products of " + bits, () -> PlaneEmitter.products(form, bits)))
        .get();
  }

  private MemorySegment order(int bits) {
    return orders
        .computeIfAbsent(bits, _ -> function("order of " + bits, () -> PlaneEmitter.order(form.codes(), bits)))
        .get();
  }

  private MemorySegment tiles(int bits) {
    return tiles
        .computeIfAbsent(bits, _ -> function("tiles of " + bits, () -> PanelEmitter.tiles(shape(bits), isa)))
        .get();
  }

  private MemorySegment panel(int bits, int panelBits) {
    return panels
        .computeIfAbsent(
            new Packing(bits, panelBits),
            _ -> function("panel of " + bits, () -> PlaneEmitter.panel(form, bits, panelBits, isa)))
        .get();
  }

  private Lazy<MemorySegment> function(String what, Supplier<byte[]> emitted) {
    return new Lazy<>(
        () -> {
          MemorySegment function = new CodeArena(List.of(emitted.get())).functions().getFirst();
          PerfMap.add("%s %s".formatted(form, what), function);
          return function;
        });
  }

  // ---- products

  /** A worker's memory: {@link Arguments}, {@link PlaneArguments}, and what is computed with; offsets in bytes. */
  private record Room(
      long x, long factors, long factorBytes, long units, long sums, long panel, long corrections, long end) {
    static final long PLANE = Arguments.END;

    /** @param corrections of activations for each run */
    static Room of(PlaneGroups groups, Product<QuantizedRows> product, long panelBytes, int corrections) {
      QuantizedRows x = product.x();
      long count = product.count();
      int step = groups.form().codes().step();
      long ordered = PLANE + PlaneArguments.END;
      long factors = ordered + TILE * x.codeStride();
      long together = groups.form().codes().together;
      long factorBytes = together * Float.BYTES;
      long units = factors + 3 * factorBytes;
      long sums = units + (long) groups.units().size() * Float.BYTES;
      long panel = sums + Math.max(count * step, together) * Float.BYTES;
      long correctionRoom = panel + panelBytes;
      long end = correctionRoom + corrections * count * x.scaleStride() * Float.BYTES;
      return new Room(ordered, factors, factorBytes, units, sums, panel, correctionRoom, end);
    }
  }

  @Override
  public long rowsTogether(long count) {
    return count < TILE ? form.codes().together : PANEL_ROWS;
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    PlaneGroups groups = PlaneGroups.of(form, product.w());
    WholeSteps.run(
        product,
        from,
        to,
        scratch,
        groups.isNative() ? groups.wholeRows() : 0,
        (first, end) -> new Run(product, groups, scratch).compute(first, end));
  }

  /** One call. */
  private final class Run {
    private final Product<QuantizedRows> product;
    private final PlaneGroups groups;

    /** Bytes of a run of a vector of rows in the panel, and of all its runs. */
    private final long runBytes;

    private final long strip;
    private final Room room;
    private final MemorySegment memory;
    private final MemorySegment arguments;
    private final long firstRow;

    Run(Product<QuantizedRows> product, PlaneGroups groups, Scratch scratch) {
      this.product = product;
      this.groups = groups;
      Shape shape = shape(groups.widest());
      this.runBytes = shape.panelBytes(isa.bytes());
      this.strip = product.w().cols() / QuantizedRows.RUN * runBytes;
      this.room = Room.of(groups, product, form.codes().step() / isa.lanes() * strip, shape.corrections());
      this.memory = scratch.block(room.end);
      this.arguments = memory.asSlice(Room.PLANE, PlaneArguments.END);
      this.firstRow = product.w().firstRow(product.expert());
    }

    /** Rows of the expert, none of them behind whole steps of all rows. */
    void compute(long from, long to) {
      int step = form.codes().step();
      long first = (firstRow + from) / step * step;
      long end = Math.ceilDiv(firstRow + to, step) * step;
      set(PlaneArguments.STRIDE, groups.wordStride());
      set(PlaneArguments.SCALE_ROOM, memory.address() + room.factors);
      set(PlaneArguments.ZERO_ROOM, memory.address() + room.factors + room.factorBytes);
      set(PlaneArguments.MINIMUM_ROOM, memory.address() + room.factors + 2 * room.factorBytes);
      set(PlaneArguments.SCALE_STRIDE, groups.scaleStride());
      set(PlaneArguments.ZERO_STRIDE, groups.zeroStride());
      for (int group = 0; group < groups.units().size(); group++) {
        memory.set(ValueLayout.JAVA_FLOAT, room.units + (long) group * Float.BYTES, groups.units().get(group));
      }
      long tiled = product.count() / TILE * TILE;
      if (tiled > 0) {
        for (long row = first; row < end; row += step) {
          pack(row);
          tiles(row, tiled, firstRow + from, firstRow + to);
        }
      }
      int together = form.codes().together;
      long left = product.count() - tiled;
      order(tiled, left);
      for (long row = first; row < end && left > 0; row += together) {
        long rows = Math.min(together, end - row);
        for (long token = tiled; token < product.count(); token++) {
          multiply(row, rows, token, token - tiled);
          copy(row, rows, 0, token, firstRow + from, firstRow + to);
        }
      }
    }

    private void set(int argument, long value) {
      Arguments.set(arguments, argument, value);
    }

    /** Brings codes of activation rows into the order of quads. */
    private void order(long first, long count) {
      QuantizedRows x = product.x();
      for (PlaneGroups.Stretch stretch : groups.stretches()) {
        MemorySegment function = JitPlanes.this.order(stretch.bits());
        long start = stretch.run() * QuantizedRows.RUN;
        set(PlaneArguments.RUNS, stretch.allRuns() * QuantizedRows.RUN);
        for (long i = 0; i < count; i++) {
          set(PlaneArguments.CODES, x.codes().address() + (product.firstX() + first + i) * x.codeStride() + start);
          set(PlaneArguments.X, memory.address() + room.x + i * x.codeStride() + start);
          Calls.run(function, arguments);
        }
      }
    }

    /** Says which rows of a stretch are meant. */
    private void enter(PlaneGroups.Stretch stretch, long row, long rows) {
      set(PlaneArguments.CODES, groups.codes(stretch, row));
      set(PlaneArguments.SCALES, groups.scales(stretch, row));
      set(PlaneArguments.ZEROS, groups.zeros(stretch, row));
      set(PlaneArguments.UNITS, memory.address() + room.units + (long) stretch.group() * Float.BYTES);
      set(PlaneArguments.GROUPS, stretch.groups());
      set(PlaneArguments.RUNS, stretch.runs());
      set(PlaneArguments.ROWS_END, rows * Float.BYTES);
    }

    /** Computes the sums of some rows and an activation row, the {@code i}th of those in order. */
    private void multiply(long row, long rows, long token, long i) {
      QuantizedRows x = product.x();
      memory.asSlice(room.sums, rows * Float.BYTES).fill((byte) 0);
      set(PlaneArguments.SUMS, memory.address() + room.sums);
      long scales = (product.firstX() + token) * x.scaleStride() * Float.BYTES; // those of the sums are as far apart
      for (PlaneGroups.Stretch stretch : groups.stretches()) {
        enter(stretch, row, rows);
        set(
            PlaneArguments.X,
            memory.address() + room.x + i * x.codeStride() + stretch.run() * QuantizedRows.RUN);
        set(PlaneArguments.X_SCALES, x.scales().address() + scales + stretch.run() * Float.BYTES);
        set(PlaneArguments.X_SUMS, x.sums().address() + scales + stretch.run() * Float.BYTES);
        Calls.run(products(stretch.bits()), arguments);
      }
    }

    /** Packs a step of rows into the panel. */
    private void pack(long row) {
      set(PlaneArguments.PANEL_STRIP, strip);
      for (PlaneGroups.Stretch stretch : groups.stretches()) {
        enter(stretch, row, form.codes().step());
        set(PlaneArguments.PANEL, memory.address() + room.panel + stretch.run() * runBytes);
        Calls.run(panel(stretch.bits(), groups.widest()), arguments);
      }
    }

    /** Multiplies the panel, whose rows begin at {@code row}, with the first {@code count} activation rows. */
    private void tiles(long row, long count, long from, long to) {
      int step = form.codes().step();
      Arguments.activations(memory, product.x(), product.firstX(), count, product.w().cols());
      Arguments.panel(memory, memory.address() + room.panel, strip);
      Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + room.corrections);
      Arguments.set(memory, Arguments.STRIPS, step / PanelEmitter.rows(isa));
      boolean areAll = from <= row && row + step <= to;
      long stride = (areAll ? product.out().cols() : step) * Float.BYTES;
      long out =
          areAll
              ? product.out().segment().address() + product.firstOut() * stride + (row - firstRow) * Float.BYTES
              : memory.address() + room.sums;
      Arguments.set(memory, Arguments.OUT, out);
      Arguments.set(memory, Arguments.OUT_STRIDE, stride);
      Calls.run(JitPlanes.this.tiles(groups.widest()), memory);
      for (long token = 0; token < count && !areAll; token++) {
        copy(row, step, token * step, token, from, to);
      }
    }

    /** Copies the sums of those of {@code rows} rows that are asked for to where results go. */
    private void copy(long row, long rows, long sums, long token, long from, long to) {
      long first = Math.max(row, from);
      long count = Math.min(row + rows, to) - first;
      long source = room.sums + (sums + first - row) * Float.BYTES;
      long target = (product.firstOut() + token) * product.out().cols() + first - firstRow;
      MemorySegment.copy(memory, source, product.out().segment(), target * Float.BYTES, count * Float.BYTES);
    }
  }
}
