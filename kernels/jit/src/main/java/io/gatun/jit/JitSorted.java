package io.gatun.jit;

import static io.gatun.jit.PanelEmitter.TILE;

import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Scratch;
import io.gatun.tensors.AffineEncoding;
import io.gatun.tensors.PackedCodes;
import io.gatun.tensors.ZeroPoints;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Products of 8-bit activations and matrices of a {@link SortedForm}, by functions of {@link SortedEmitter}: the codes of a
 * step of rows are sorted into a worker's memory, where all activation rows meet them. Rows that are no whole step are left
 * to the scalar kernel, which gives the same bits. Stateless and thread-safe.
 */
final class JitSorted implements MatmulKernel<QuantizedRows> {
  /** Weight rows that a worker is given at a time: neighbours in memory. */
  private static final int TOGETHER = 256;

  private static final int STEP = PlaneForm.Codes.STREAMS.step();

  private final SortedForm form;
  private final Isa isa;
  private final Shape shape;
  private final Lazy<MemorySegment> sort;
  private final Lazy<MemorySegment> products;
  private final Lazy<MemorySegment> panel;
  private final Lazy<MemorySegment> tiles;

  /** @param isa the form of tiles */
  JitSorted(SortedForm form, Isa isa) {
    this.form = form;
    this.isa = isa;
    this.shape = isa.shape(form.plane().panel(form.bits()));
    this.sort = Assembled.function("sort of sorted " + form, () -> SortedEmitter.sort(form));
    this.products = Assembled.function("products of sorted " + form, () -> SortedEmitter.products(form));
    this.panel = Assembled.function("panel of sorted " + form, () -> SortedEmitter.panel(form, isa));
    this.tiles = Assembled.function("tiles of sorted " + form, () -> PanelEmitter.tiles(shape, isa));
  }

  /** Where a matrix is. Offsets and strides in bytes. */
  private record Place(
      AffineEncoding encoding, List<MemorySegment> planes, long wordStride, long scaleStride, long zeroStride) {

    static Place of(Product<QuantizedRows> product) {
      var encoding = (AffineEncoding) product.w().encoding();
      var layout = (PackedCodes) encoding.layout();
      long zeros = encoding.zeros() instanceof ZeroPoints.Stored(PackedCodes packed) ? packed.streamStride() : 0;
      return new Place(
          encoding,
          product.w().planes(),
          layout.wordStride() * Integer.BYTES,
          encoding.scales().groupStride() * encoding.scales().type().blockBytes(),
          zeros * Integer.BYTES);
    }

    /** Rows that are whole steps; none if the matrix is on the heap. */
    long wholeRows() {
      return planes.stream().allMatch(MemorySegment::isNative) ? encoding.rows() / STEP * STEP : 0;
    }

    SortedColumns columns() {
      return SortedColumns.of(encoding, scaleStride, zeroStride);
    }

    /** Where the codes of a row are: those of its first columns, which others follow. */
    long codes(long row, long words) {
      long bytes = (long) STEP * Integer.BYTES;
      return Weights.address(planes.getFirst(), row * Integer.BYTES, (words - 1) * wordStride + bytes);
    }

    long scales(long row, PlaneForm.Scales type) {
      return Weights.address(planes.get(1), type.bytes(row), type.bytes(STEP));
    }

    /** 0 if none are stored. */
    long zeros(long row, int bits) {
      return zeroStride == 0
          ? 0
          : Weights.address(planes.get(2), row * bits / Byte.SIZE, (long) STEP * bits / Byte.SIZE);
    }
  }

  /** A worker's memory: {@link Arguments}, {@link PlaneArguments}, and what is computed with; offsets in bytes. */
  private record Room(long factors, long sorted, long sums, long panel, long corrections, long end) {
    static final long PLANE = Arguments.END;
    static final long FACTOR_BYTES = (long) STEP * Float.BYTES;

    /** @param count of the corrections that a run of activations has */
    static Room of(Product<QuantizedRows> product, long panelBytes, int count) {
      long factors = PLANE + PlaneArguments.END;
      long sorted = factors + 3 * FACTOR_BYTES;
      long sums = sorted + product.w().cols() * SortedEmitter.VECTOR;
      long panel = sums + product.count() * STEP * Float.BYTES;
      long corrections = panel + panelBytes;
      return new Room(
          factors,
          sorted,
          sums,
          panel,
          corrections,
          corrections + count * product.count() * product.x().scaleStride() * Float.BYTES);
    }
  }

  @Override
  public long rowsTogether(long count) {
    return TOGETHER;
  }

  @Override
  public void run(Product<QuantizedRows> product, long from, long to, Scratch scratch) {
    Place place = Place.of(product);
    long base = product.w().firstRow(product.expert());
    WholeSteps.run(
        product,
        from,
        to,
        scratch,
        place.wholeRows(),
        (first, end) -> {
          SortedColumns columns = place.columns();
          try {
            new Run(product, place, columns, scratch).compute(base + first, base + end);
          } finally {
            Reference.reachabilityFence(columns); // whose addresses are used
          }
        });
  }

  /** One call. Rows are those of all experts. */
  private final class Run {
    private final Product<QuantizedRows> product;
    private final Place place;
    private final SortedColumns columns;

    /** Bytes of a vector of rows in the panel, and of its runs. */
    private final long strip;

    private final long runBytes = shape.panelBytes(isa.bytes());
    private final Room room;
    private final MemorySegment memory;
    private final MemorySegment arguments;

    Run(Product<QuantizedRows> product, Place place, SortedColumns columns, Scratch scratch) {
      this.product = product;
      this.place = place;
      this.columns = columns;
      this.strip = product.w().cols() / QuantizedRows.RUN * runBytes;
      this.room = Room.of(product, STEP / isa.lanes() * strip, shape.corrections());
      this.memory = scratch.block(room.end);
      this.arguments = memory.asSlice(Room.PLANE, PlaneArguments.END);
    }

    void compute(long from, long to) {
      set(PlaneArguments.SCALE_ROOM, memory.address() + room.factors);
      set(PlaneArguments.ZERO_ROOM, memory.address() + room.factors + Room.FACTOR_BYTES);
      set(PlaneArguments.MINIMUM_ROOM, memory.address() + room.factors + 2 * Room.FACTOR_BYTES);
      set(PlaneArguments.ROWS_END, (long) STEP * Float.BYTES);
      set(PlaneArguments.ORDER, columns.offsets().address());
      set(PlaneArguments.PIECES, columns.pieces().address());
      set(PlaneArguments.PIECES_END, columns.pieces().address() + columns.pieces().byteSize());
      set(PlaneArguments.SORTED, memory.address() + room.sorted);
      set(PlaneArguments.PANEL_STRIP, strip);
      long tiled = product.count() / TILE * TILE;
      for (long row = from / STEP * STEP; row < to; row += STEP) {
        sort(row);
        if (tiled > 0) {
          pack(row);
          tiles(tiled);
        }
        for (long token = tiled; token < product.count(); token++) {
          multiply(row, token);
        }
        store(row, from, to);
      }
    }

    private void set(int argument, long value) {
      Arguments.set(arguments, argument, value);
    }

    private void sort(long row) {
      long runs = product.w().cols() / form.columns();
      set(PlaneArguments.CODES, place.codes(row, runs * form.words()));
      set(PlaneArguments.STRIDE, place.wordStride);
      set(PlaneArguments.RUNS, runs);
      Calls.run(sort.get(), arguments);
    }

    /** Where the sums of an activation row go. */
    private long sums(long token) {
      return room.sums + token * STEP * Float.BYTES;
    }

    private void multiply(long row, long token) {
      QuantizedRows x = product.x();
      memory.asSlice(sums(token), (long) STEP * Float.BYTES).fill((byte) 0);
      long xRow = product.firstX() + token;
      set(PlaneArguments.SUMS, memory.address() + sums(token));
      set(PlaneArguments.X, x.codes().address() + xRow * x.codeStride());
      set(PlaneArguments.X_SCALES, x.scales().address() + xRow * x.scaleStride() * Float.BYTES);
      set(PlaneArguments.X_SUMS, x.sums().address() + xRow * x.scaleStride() * Float.BYTES); // as far apart
      set(PlaneArguments.FIRST_SCALES, place.scales(row, form.plane().scales()));
      set(PlaneArguments.FIRST_ZEROS, place.zeros(row, form.bits()));
      Calls.run(products.get(), arguments);
    }

    private void pack(long row) {
      set(PlaneArguments.STRIDE, SortedEmitter.VECTOR);
      set(PlaneArguments.SCALE_STRIDE, place.scaleStride);
      set(PlaneArguments.ZERO_STRIDE, place.zeroStride);
      for (SortedColumns.Piece piece : columns.groups()) {
        set(PlaneArguments.SCALES, place.scales(row, form.plane().scales()) + piece.group() * place.scaleStride);
        set(PlaneArguments.ZEROS, place.zeros(row, form.bits()) + piece.group() * place.zeroStride);
        set(
            PlaneArguments.CODES,
            memory.address() + room.sorted + (long) piece.run() * QuantizedRows.RUN * SortedEmitter.VECTOR);
        set(PlaneArguments.PANEL, memory.address() + room.panel + piece.run() * runBytes);
        set(PlaneArguments.GROUPS, 1);
        set(PlaneArguments.RUNS, piece.runs());
        Calls.run(panel.get(), arguments);
      }
    }

    /** Multiplies the panel with the first {@code count} activation rows. */
    private void tiles(long count) {
      Arguments.activations(memory, product.x(), product.firstX(), count, product.w().cols());
      Arguments.panel(memory, memory.address() + room.panel, strip);
      Arguments.set(memory, Arguments.CORRECTIONS, memory.address() + room.corrections);
      Arguments.set(memory, Arguments.STRIPS, STEP / PanelEmitter.rows(isa));
      Arguments.set(memory, Arguments.OUT, memory.address() + room.sums);
      Arguments.set(memory, Arguments.OUT_STRIDE, (long) STEP * Float.BYTES);
      Calls.run(tiles.get(), memory);
    }

    /** Copies the sums of those rows of a step that are asked for to where results go. */
    private void store(long row, long from, long to) {
      long first = Math.max(row, from);
      long count = Math.min(row + STEP, to) - first;
      long base = product.w().firstRow(product.expert());
      for (long token = 0; token < product.count(); token++) {
        long target = (product.firstOut() + token) * product.out().cols() + first - base;
        long source = sums(token) + (first - row) * Float.BYTES;
        MemorySegment.copy(memory, source, product.out().segment(), target * Float.BYTES, count * Float.BYTES);
      }
    }
  }
}
