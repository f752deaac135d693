package io.gatun.device;

import java.util.List;

/**
 * The shape checks of {@link Device}'s operations, shared by the devices on the host. Stateless. Every method throws an
 * {@link IllegalArgumentException} that names the operation and the operands that do not fit.
 */
public final class Shapes {

  private Shapes() {}

  /** {@code values} fill {@code target}. */
  public static void write(float[] values, HostBuffer target) {
    require(values.length == target.values(), "write: %d values into %s", values.length, target);
  }

  /** {@code target} holds one row of {@code source}. */
  public static void read(HostBuffer source, long row, float[] target) {
    require(row >= 0 && row < source.rows(), "read: row %d of %s", row, source);
    require(target.length == source.cols(), "read: a row of %s into %d values", source, target.length);
  }

  /** {@code ids} are rows of {@code table}, and {@code out} has a row for each. */
  public static void embed(HostMatrix table, int[] ids, HostBuffer out) {
    require(
        table.experts() == 1 && out.rows() == ids.length && out.cols() == table.cols(),
        "embed: %d ids of %s into %s",
        ids.length,
        table,
        out);
    for (int id : ids) {
      require(id >= 0 && id < table.rows(), "embed: id %d of %s", id, table);
    }
  }

  /** {@code rows} are rows of {@code x}, and {@code out} has a row for each. */
  public static void gather(HostBuffer x, int[] rows, HostBuffer out) {
    require(
        out.rows() == rows.length && out.cols() == x.cols(), "gather: %d rows of %s into %s", rows.length, x, out);
    for (int row : rows) {
      require(row >= 0 && row < x.rows(), "gather: row %d of %s", row, x);
    }
    requireApart("gather", x, out);
  }

  /** Same columns, and {@code y} has as many rows as {@code x} or one. */
  public static void add(HostBuffer x, HostBuffer y) {
    require(
        x.cols() == y.cols() && (y.rows() == x.rows() || y.rows() == 1), "add: %s to %s, expected as many rows or 1", y, x);
  }

  /** {@code [rows, in] · [out, in] → [rows, out]}. */
  public static void matmul(HostBuffer x, HostMatrix w, HostBuffer out) {
    require(
        w.experts() == 1 && x.cols() == w.cols() && out.cols() == w.rows() && out.rows() == x.rows(),
        "matmul: %s times %s into %s",
        x,
        w,
        out);
    requireApart("matmul", x, out);
  }

  /** A buffer for each matrix. */
  public static void matmul(List<Matrix> weights, List<Buffer> outs) {
    require(weights.size() == outs.size(), "matmul: %d matrices into %d buffers", weights.size(), outs.size());
  }

  /** {@code out} is like {@code x}, and the gain divides its columns. */
  public static void rmsNorm(HostBuffer x, HostBuffer gain, HostBuffer out) {
    require(
        gain.rows() == 1 && x.cols() % gain.cols() == 0 && x.rows() == out.rows() && x.cols() == out.cols(),
        "rmsNorm: %s with gain %s into %s",
        x,
        gain,
        out);
  }

  /** {@code out} is like {@code x}; the gain's columns divide its, and the length the gain's. */
  public static void layerNorm(HostBuffer x, int length, HostBuffer gain, HostBuffer out) {
    require(
        length >= 1
            && gain.rows() == 1
            && gain.cols() % length == 0
            && x.cols() % gain.cols() == 0
            && x.rows() == out.rows()
            && x.cols() == out.cols(),
        "layerNorm: runs of %d of %s with gain %s into %s",
        length,
        x,
        gain,
        out);
  }

  /** A factor for each row. */
  public static void scaleRows(HostBuffer x, HostBuffer factors) {
    require(factors.rows() == x.rows() && factors.cols() == 1, "scaleRows: %s by %s, expected [rows, 1]", x, factors);
  }

  /** Columns enough for a standard deviation. */
  public static void sparsify(HostBuffer x) {
    require(x.cols() > 1, "sparsify: %s, expected at least 2 columns", x);
  }

  /** As many columns in both, and a number of rows that divides the other. */
  public static void rescale(HostBuffer x, HostBuffer y) {
    require(
        x.cols() == y.cols() && (x.rows() == 0 || (y.rows() > 0 && x.rows() % y.rows() == 0)),
        "rescale: %s by %s",
        x,
        y);
    requireApart("rescale", x, y);
  }

  /** Whole runs in both, and a weight for each pair of them. */
  public static void mixRuns(HostBuffer weights, HostBuffer x, int length, HostBuffer out) {
    require(
        length >= 1
            && x.cols() % length == 0
            && out.cols() % length == 0
            && weights.cols() == x.cols() / length * (out.cols() / length)
            && weights.rows() == x.rows()
            && out.rows() == x.rows(),
        "mixRuns: runs of %d of %s by %s into %s",
        length,
        x,
        weights,
        out);
    requireApart("mixRuns", x, out);
    requireApart("mixRuns", weights, out);
  }

  /** As many rows in both, and runs within their columns. */
  public static void copyColumns(HostBuffer x, ColumnRuns runs, HostBuffer out) {
    require(
        x.rows() == out.rows() && runs.fromEnd() <= x.cols() && runs.toEnd() <= out.cols(),
        "copyColumns: %s of %s into %s",
        runs,
        x,
        out);
    requireApart("copyColumns", x, out);
  }

  /** A limit above 0. */
  public static void softcap(float cap) {
    require(cap > 0, "softcap: %s, expected a number above 0", cap);
  }

  /** A row of {@code slots} per slot, and a row of {@code biases} per expert. */
  public static void addExperts(HostBuffer slots, HostMatrix biases, Routing routing) {
    require(
        slots.rows() == routing.slots() && slots.cols() == biases.cols() && biases.experts() == 1,
        "addExperts: %s to %s for %d slots",
        biases,
        slots,
        routing.slots());
    for (int expert : routing.experts()) {
      require(expert >= 0 && expert < biases.rows(), "addExperts: expert %d of %s", expert, biases);
    }
  }

  /** A position ≥ 0 per row, and whole heads in the columns. */
  public static void rope(HostBuffer x, int[] positions, RopeSpec spec) {
    require(
        positions.length == x.rows() && x.cols() % spec.headDim() == 0,
        "rope: %s with %d positions and heads of %d",
        x,
        positions.length,
        spec.headDim());
    for (int position : positions) {
      require(position >= 0, "rope: position %d", position);
    }
  }

  /** Two buffers of the same shape. */
  public static void gate(HostBuffer gate, HostBuffer up) {
    require(gate.rows() == up.rows() && gate.cols() == up.cols(), "gate: %s with %s", gate, up);
  }

  /** Keys and values of the pool's layer, and pages in use for every position. */
  public static void append(HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows) {
    KvLayout.Layer shape = layer(pool, layer);
    require(
        k.rows() == rows.rows()
            && v.rows() == rows.rows()
            && k.cols() == (long) shape.headCountKv() * shape.keyDim()
            && v.cols() == (long) shape.headCountKv() * shape.valueDim(),
        "append: keys %s and values %s of %d rows to layer %s",
        k,
        v,
        rows.rows(),
        shape);
    pages(pool, rows);
  }

  /** Queries and results of the spec, which fits the pool's layer, and pages in use for every position. */
  public static void attention(RowKernels.AttentionCall call) {
    AttentionSpec spec = call.spec();
    KvLayout.Layer shape = layer(call.pool(), call.layer());
    require(
        shape.headCountKv() == spec.headCountKv()
            && shape.keyDim() == spec.keyDim()
            && shape.valueDim() == spec.valueDim(),
        "attention: %s over layer %s",
        spec,
        shape);
    require(
        call.q().rows() == call.rows().rows()
            && call.out().rows() == call.rows().rows()
            && call.q().cols() == (long) spec.headCount() * spec.keyDim()
            && call.out().cols() == (long) spec.headCount() * spec.valueDim(),
        "attention: queries %s of %d rows into %s, %s",
        call.q(),
        call.rows().rows(),
        call.out(),
        spec);
    requireApart("attention", call.q(), call.out());
    pages(call.pool(), call.rows());
  }

  /** Whole kernels, a state with room for each row, and results like {@code x}. */
  public static void convolve(HostBuffer x, HostBuffer kernel, StateRows rows, long offset, HostBuffer out) {
    require(
        kernel.rows() == 1
            && kernel.cols() % x.cols() == 0
            && x.rows() == rows.rows()
            && out.rows() == x.rows()
            && out.cols() == x.cols(),
        "convolve: %s of %d rows with kernels %s into %s",
        x,
        rows.rows(),
        kernel,
        out);
    states(rows, offset, kernel.cols() - x.cols());
    requireApart("convolve", x, out);
  }

  /** Operands of the spec, and a state with room for each row. */
  public static void deltaNet(RowKernels.DeltaNetCall call) {
    DeltaNetSpec spec = call.spec();
    int rows = call.rows().rows();
    long keys = (long) spec.keyHeads() * spec.keyDim();
    long values = (long) spec.valueHeads() * spec.valueDim();
    boolean fits =
        fits(call.q(), rows, keys)
            && fits(call.k(), rows, keys)
            && fits(call.v(), rows, values)
            && fits(call.out(), rows, values)
            && fits(call.rate(), 1, spec.valueHeads())
            && fits(call.step(), rows, spec.valueHeads())
            && fits(call.beta(), rows, spec.valueHeads());
    require(fits, "deltaNet: %s with %s, %s and %s into %s", spec, call.q(), call.k(), call.v(), call.out());
    states(call.rows(), call.offset(), spec.stateSize());
    requireApart("deltaNet", call.v(), call.out());
  }

  /** Operands of the spec, and a state with room for each row. */
  public static void stateSpace(RowKernels.StateSpaceCall call) {
    StateSpaceSpec spec = call.spec();
    int rows = call.rows().rows();
    long shared = (long) spec.groups() * spec.stateDim();
    boolean fits =
        fits(call.x(), rows, spec.width())
            && fits(call.b(), rows, shared)
            && fits(call.c(), rows, shared)
            && fits(call.out(), rows, spec.width())
            && (fits(call.rate(), 1, spec.heads()) || fits(call.rate(), 1, (long) spec.heads() * spec.stateDim()))
            && fits(call.step(), rows, spec.heads())
            && fits(call.skip(), 1, spec.heads());
    require(fits, "stateSpace: %s with %s, %s and %s into %s", spec, call.x(), call.b(), call.c(), call.out());
    states(call.rows(), call.offset(), spec.stateSize());
    requireApart("stateSpace", call.x(), call.out());
  }

  private static boolean fits(HostBuffer buffer, long rows, long cols) {
    return buffer.rows() == rows && buffer.cols() == cols;
  }

  private static void states(StateRows rows, long offset, long size) {
    for (int row = 0; row < rows.rows(); row++) {
      HostBuffer state = HostBuffer.of(rows.states().get(row));
      require(offset >= 0 && offset + size <= state.values(), "a state %s: expected %d values from %d", state, size, offset);
      require(rows.positions()[row] >= 0, "position %d of row %d", rows.positions()[row], row);
    }
  }

  private static KvLayout.Layer layer(HostKvPool pool, int layer) {
    int layers = pool.layout().layers().size();
    require(layer >= 0 && layer < layers, "layer %d of a cache of %d layers", layer, layers);
    return pool.layout().layers().get(layer);
  }

  @SuppressWarnings("ReferenceEquality") // rows of one sequence share the array itself
  private static void pages(HostKvPool pool, KvRows rows) {
    for (int row = 0; row < rows.rows(); row++) {
      int position = rows.positions()[row];
      int end = rows.ends()[row];
      require(position >= 0 && end > position, "position %d of row %d, which sees keys up to %d", position, row, end);
      int count = (end - 1) / KvPool.PAGE_TOKENS + 1;
      boolean known =
          row > 0
              && rows.pages()[row] == rows.pages()[row - 1]
              && count <= (rows.ends()[row - 1] - 1) / KvPool.PAGE_TOKENS + 1;
      if (!known) {
        pool.requireUsed(rows.pages()[row], count);
      }
    }
  }

  /** As many experts as the spec uses, at least. */
  public static void route(HostBuffer logits, RouterSpec spec) {
    long experts = logits.cols();
    require(spec.used() >= 1 && spec.used() <= experts, "route: %d experts used of %s", spec.used(), logits);
    require(
        spec.bias().length == 0 || spec.bias().length == experts,
        "route: %d biases for %s",
        spec.bias().length,
        logits);
    require(
        experts % spec.groups() == 0 && spec.used() <= experts / spec.groups() * spec.groupsUsed(),
        "route: %d experts used of %d of %d groups of %s",
        spec.used(),
        spec.groupsUsed(),
        spec.groups(),
        logits);
  }

  /** A row of {@code x} per token or per slot, and a row of {@code out} per slot. */
  public static void matmulExperts(HostBuffer x, HostMatrix experts, Routing routing, HostBuffer out) {
    require(
        (x.rows() == routing.slots() || x.rows() == routing.rows())
            && x.cols() == experts.cols()
            && out.rows() == routing.slots()
            && out.cols() == experts.rows(),
        "matmulExperts: %s times %s for %d slots into %s",
        x,
        experts,
        routing.slots(),
        out);
    for (int expert : routing.experts()) {
      require(expert >= 0 && expert < experts.experts(), "matmulExperts: expert %d of %s", expert, experts);
    }
    requireApart("matmulExperts", x, out);
  }

  /** A row of {@code slots} per slot, and a row of {@code out} per token. */
  public static void combine(HostBuffer slots, Routing routing, HostBuffer out) {
    require(
        slots.rows() == routing.slots() && out.rows() == routing.rows() && slots.cols() == out.cols(),
        "combine: %s of %d slots into %s",
        slots,
        routing.slots(),
        out);
    requireApart("combine", slots, out);
  }

  private static void requireApart(String operation, HostBuffer x, HostBuffer out) {
    require(
        x.segment().address() != out.segment().address() || x.rows() == 0,
        "%s: the result %s would overwrite its operand",
        operation,
        out);
  }

  @SuppressWarnings("AnnotateFormatMethod") // not worth a dependency
  private static void require(boolean fits, String format, Object... arguments) {
    if (!fits) {
      throw new IllegalArgumentException(format.formatted(arguments));
    }
  }
}
