package io.gatun.jit;

import static io.gatun.jit.PanelEmitter.TILE;
import static io.gatun.jit.PanelEmitter.VECTORS;

import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Products of 8-bit activations and matrices in planes whose rows lie side by side, by functions of {@link PlaneEmitter} for
 * the groups of columns: of a few activation rows one by one with {@link PlaneForm.Codes#together so many} weight rows at a
 * time, whose sums stay in the caches; of more by panels. Rows that are no whole step are left to the scalar kernel, which gives the same
 * bits. Stateless and thread-safe.
 */
final class JitPlanes implements MatmulKernel<QuantizedRows> {
  /** Weight rows of a panel or more that a worker is given at a time. */
  private static final int PANEL_ROWS = 256;

  private final PlaneForm form;
  private final Map<Integer, Lazy<MemorySegment>> products = new ConcurrentHashMap<>();
  private final Map<Integer, Lazy<MemorySegment>> orders = new ConcurrentHashMap<>();
  private final Map<Integer, Lazy<MemorySegment>> tiles = new ConcurrentHashMap<>();
  private final Map<Packing, Lazy<MemorySegment>> panels = new ConcurrentHashMap<>();

  /** Widths of the codes, and of the panel that they go to. */
  private record Packing(int bits, int panelBits) {}

  JitPlanes(PlaneForm form) {
    this.form = form;
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
        .computeIfAbsent(bits, _ -> function("tiles of " + bits, () -> PanelEmitter.tiles(form.panel(bits), Isa.AVX2)))
        .get();
  }

  private MemorySegment panel(int bits, int panelBits) {
    return panels
        .computeIfAbsent(
            new Packing(bits, panelBits),
            _ -> function("panel of " + bits, () -> PlaneEmitter.panel(form, bits, panelBits)))
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
  private record Room(long x, long factors, long factorBytes, long sums, long panel, long corrections, long end) {
    static final long PLANE = Arguments.END;

    static Room of(PlaneGroups groups, Product<QuantizedRows> product) {
      QuantizedRows x = product.x();
      long count = product.count();
      int step = groups.form().codes().step();
      long ordered = PLANE + PlaneArguments.END;
      long factors = ordered + count * x.codeStride();
      long together = groups.form().codes().together;
      long factorBytes = together * Float.BYTES;
      long sums = factors + 3 * factorBytes;
      long panel = sums + Math.max(count * step, together) * Float.BYTES;
      long corrections = panel + groups.form().codes().vectors * strip(groups, product);
      return new Room(
          ordered, factors, factorBytes, sums, panel, corrections, corrections + count * x.scaleStride() * Float.BYTES);
    }

    /** Bytes of a vector of rows in the panel. */
    static long strip(PlaneGroups groups, Product<QuantizedRows> product) {
      int bytes = groups.form().panel(groups.widest()).panelBytes(PlaneEmitter.VECTOR);
      return product.w().cols() / QuantizedRows.RUN * bytes;
    }
  }

  @Override
  public long rowsTogether(long count) {
    return count < TILE ? form.codes().together : PANEL_ROWS;
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    PlaneGroups groups = PlaneGroups.of(form, product.w());
    long first = product.expert() * product.w().rows();
    long whole = groups.isNative() ? Math.clamp(groups.wholeRows() - first, from, to) : from;
    if (from < whole && product.count() > 0) {
      Room room = Room.of(groups, product);
      try {
        new Run(product, groups, room, scratch.block(room.end)).compute(from, whole);
      } finally {
        Reference.reachabilityFence(scratch); // whose block is used by its address
      }
    }
    if (whole < to) {
      ScalarKernels.q8Matmul().run(product, whole, to, scratch);
    }
  }

  /** One call. */
  private final class Run {
    private final Product<QuantizedRows> product;
    private final PlaneGroups groups;
    private final Room room;
    private final MemorySegment memory;
    private final MemorySegment arguments;
    private final long firstRow;

    Run(Product<QuantizedRows> product, PlaneGroups groups, Room room, MemorySegment memory) {
      this.product = product;
      this.groups = groups;
      this.room = room;
      this.memory = memory;
      this.arguments = memory.asSlice(Room.PLANE, PlaneArguments.END);
      this.firstRow = product.expert() * product.w().rows();
    }

    /** Rows of the expert, none of them behind whole steps of all rows. */
    void compute(long from, long to) {
      order();
      int step = form.codes().step();
      long first = (firstRow + from) / step * step;
      long end = Math.ceilDiv(firstRow + to, step) * step;
      set(PlaneArguments.STRIDE, groups.wordStride());
      set(PlaneArguments.SCALE_ROOM, memory.address() + room.factors);
      set(PlaneArguments.ZERO_ROOM, memory.address() + room.factors + room.factorBytes);
      set(PlaneArguments.MINIMUM_ROOM, memory.address() + room.factors + 2 * room.factorBytes);
      long tiled = product.count() / TILE * TILE;
      if (tiled > 0) {
        for (long row = first; row < end; row += step) {
          pack(row);
          tiles(row, tiled, firstRow + from, firstRow + to);
        }
      }
      int together = form.codes().together;
      for (long row = first; row < end && tiled < product.count(); row += together) {
        long rows = Math.min(together, end - row);
        for (long token = tiled; token < product.count(); token++) {
          multiply(row, rows, token);
          copy(row, rows, 0, token, firstRow + from, firstRow + to);
        }
      }
    }

    private void set(int argument, long value) {
      Arguments.set(arguments, argument, value);
    }

    /** Brings codes of activations into the order of quads: groups of one width together. */
    private void order() {
      QuantizedRows x = product.x();
      List<PlaneGroups.Group> all = groups.groups();
      for (int g = 0, next; g < all.size(); g = next) {
        int bits = all.get(g).bits();
        long start = all.get(g).run() * QuantizedRows.RUN;
        next = g + 1;
        while (next < all.size() && all.get(next).bits() == bits) {
          next++;
        }
        long end = (all.get(next - 1).run() + all.get(next - 1).runs()) * QuantizedRows.RUN;
        MemorySegment function = JitPlanes.this.order(bits);
        set(PlaneArguments.RUNS, end - start);
        for (long token = 0; token < product.count(); token++) {
          set(PlaneArguments.CODES, x.codes().address() + (product.firstX() + token) * x.codeStride() + start);
          set(PlaneArguments.X, memory.address() + room.x + token * x.codeStride() + start);
          Calls.run(function, arguments);
        }
      }
    }

    /** Says which rows of a group are meant. */
    private void enter(int group, long row, long rows) {
      set(PlaneArguments.CODES, groups.codes(group, row));
      set(PlaneArguments.SCALES, groups.scales(group, row));
      set(PlaneArguments.ZEROS, groups.zeros(group, row));
      arguments.set(ValueLayout.JAVA_FLOAT, PlaneArguments.UNIT, groups.groups().get(group).unit());
      set(PlaneArguments.RUNS, groups.groups().get(group).runs());
      set(PlaneArguments.ROWS_END, rows * Float.BYTES);
    }

    /** Computes the sums of some rows and an activation row. */
    private void multiply(long row, long rows, long token) {
      QuantizedRows x = product.x();
      memory.asSlice(room.sums, rows * Float.BYTES).fill((byte) 0);
      set(PlaneArguments.SUMS, memory.address() + room.sums);
      long scales = (product.firstX() + token) * x.scaleStride() * Float.BYTES; // those of the sums are as far apart
      for (int g = 0; g < groups.groups().size(); g++) {
        PlaneGroups.Group group = groups.groups().get(g);
        enter(g, row, rows);
        set(
            PlaneArguments.X,
            memory.address() + room.x + token * x.codeStride() + group.run() * QuantizedRows.RUN);
        set(PlaneArguments.X_SCALES, x.scales().address() + scales + group.run() * Float.BYTES);
        set(PlaneArguments.X_SUMS, x.sums().address() + scales + group.run() * Float.BYTES);
        Calls.run(products(group.bits()), arguments);
      }
    }

    /** Packs a step of rows into the panel. */
    private void pack(long row) {
      int widest = groups.widest();
      long run = form.panel(widest).panelBytes(PlaneEmitter.VECTOR);
      set(PlaneArguments.PANEL_STRIP, Room.strip(groups, product));
      for (int g = 0; g < groups.groups().size(); g++) {
        PlaneGroups.Group group = groups.groups().get(g);
        enter(g, row, form.codes().step());
        set(PlaneArguments.PANEL, memory.address() + room.panel + group.run() * run);
        Calls.run(panel(group.bits(), widest), arguments);
      }
    }

    /** Multiplies the panel, whose rows begin at {@code row}, with the first {@code count} activation rows. */
    private void tiles(long row, long count, long from, long to) {
      int step = form.codes().step();
      Arguments.activations(memory, product.x(), product.firstX(), count, product.w().cols());
      Arguments.panel(memory, memory.address() + room.panel, Room.strip(groups, product));
      Arguments.set(memory, Arguments.CODES, memory.address() + room.x);
      Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + room.corrections);
      Arguments.set(memory, Arguments.STRIPS, step / (VECTORS * Emitter.ROWS));
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
