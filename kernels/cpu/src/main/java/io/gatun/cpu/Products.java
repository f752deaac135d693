package io.gatun.cpu;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.MatmulKernel;
import io.gatun.device.PermutedRows;
import io.gatun.device.PrescribedRows;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RoundedRows;
import io.gatun.device.Routing;
import io.gatun.device.RowKernels;
import io.gatun.device.Scratch;
import io.gatun.tensors.ActivationScheme.Int8;
import io.gatun.tensors.ActivationScheme.Rounded;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The matrix products of a {@link CpuDevice}: activations are quantized once and meet any number of matrices, weight
 * rows are split over the workers. Owned by its device, used by one thread at a time.
 */
final class Products {
  private static final int[] IN_ORDER = {};

  private final KernelTable table;
  private final ActivationPrecision precision;
  private final Workers workers;
  private final Scratch[] scratch;
  private final HostMemory memory;
  private final QuantizedRows quantized;
  private final QuantizedRows quantizedByExpert;
  private final QuantizedRows quantizedByColumn;
  private final PermutedRows permuted;
  private HostBuffer x;
  private HostBuffer xByExpert;
  private HostBuffer outByExpert;
  private boolean isQuantized;
  private final PrescribedRows prescribed;
  private final RoundedRows rounded;

  /** Whose order the quantized activations by column have; in their own order there are none. */
  private int[] columns = IN_ORDER;

  Products(
      KernelTable table, ActivationPrecision precision, Workers workers, Scratch[] scratch, HostMemory memory) {
    this.table = table;
    this.precision = precision;
    this.workers = workers;
    this.scratch = scratch;
    this.memory = memory;
    this.quantized = new QuantizedRows(memory);
    this.quantizedByExpert = new QuantizedRows(memory);
    this.quantizedByColumn = new QuantizedRows(memory);
    this.permuted = new PermutedRows(memory);
    this.prescribed = new PrescribedRows(memory);
    this.rounded = new RoundedRows(memory);
    this.x = memory.buffer(0, 1);
    this.xByExpert = x;
    this.outByExpert = x;
  }

  /** Has the kernel of a matrix checked before it is needed. */
  void choose(HostMatrix w) {
    HostMatrix one = w.holding(0);
    switch (one.prescribed(precision).orElse(null)) {
      case Int8 _ -> table.prescribedMatmul();
      case Rounded _ -> table.floatMatmul(one);
      case null -> {
        if (quantizes(w)) {
          table.q8Matmul(one);
        } else {
          table.floatMatmul(one);
        }
      }
    }
  }

  /** The activations of the products that follow. They are quantized when the first product needs it. */
  void prepare(HostBuffer activations) {
    x = activations;
    isQuantized = false;
    columns = IN_ORDER;
  }

  void matmul(HostMatrix w, HostBuffer out) {
    run(input(w, () -> x, () -> quantized(w.permutation())), w, out, 0, x.rows());
  }

  private <X> void run(Input<X> input, HostMatrix w, HostBuffer out, long firstOut, long count) {
    run(new Product<>(input.x, 0, w, 0, out, firstOut, count), input.kernelOf.apply(w));
  }

  /** Activations as they meet a matrix, and the kernels for them. */
  private record Input<X>(X x, Function<HostMatrix, MatmulKernel<X>> kernelOf) {}

  /**
   * @param floats the activations
   * @param q8 the same in 8 bits
   */
  private Input<?> input(HostMatrix w, Supplier<HostBuffer> floats, Supplier<QuantizedRows> q8) {
    return switch (w.prescribed(precision).orElse(null)) {
      case Int8 scheme -> new Input<>(prescribed(floats.get(), scheme, w), _ -> table.prescribedMatmul());
      case Rounded scheme -> new Input<>(rounded(floats.get(), scheme), table::floatMatmul);
      case null ->
          quantizes(w) ? new Input<>(q8.get(), table::q8Matmul) : new Input<>(floats.get(), table::floatMatmul);
    };
  }

  private boolean quantizes(HostMatrix w) {
    return precision.quantizes() && w.isInteger();
  }

  private <X> void run(Product<X> product, MatmulKernel<X> kernel) {
    if (product.count() > 0) {
      workers.run(
          product.w().rows(),
          Grain.ofStrips(
              product.w().cols() * (product.count() + 2),
              kernel.rowsTogether(product.count()),
              product.w().rows(),
              workers.threads()),
          (from, to, worker) -> kernel.run(product, from, to, scratch[worker]));
    }
  }

  private QuantizedRows quantized() {
    if (!isQuantized) {
      quantize(x, quantized);
      isQuantized = true;
    }
    return quantized;
  }

  /** The activations in the order of a matrix's packed columns, which matrices of the same input mostly share. */
  private QuantizedRows quantized(int[] permutation) {
    if (permutation.length == 0) {
      return quantized();
    }
    if (!Arrays.equals(permutation, columns)) {
      HostBuffer source = x;
      HostBuffer rows = permuted.roomFor(source);
      quantizedByColumn.reshape(source.rows(), source.cols());
      RowKernels kernels = table.rows();
      workers.run(
          source.rows(),
          Grain.of(8 * source.cols()),
          (from, to, worker) -> {
            for (long row = from; row < to; row++) {
              PermutedRows.copyRow(source, row, permutation, rows, row);
            }
            kernels.quantize(rows, quantizedByColumn, from, to, scratch[worker]);
          });
      columns = permutation;
    }
    return quantizedByColumn;
  }

  private PrescribedRows prescribed(HostBuffer rows, Int8 scheme, HostMatrix w) {
    prescribed.reshape(rows, scheme, w.permutation());
    workers.run(rows.rows(), Grain.of(16 * rows.cols()), (from, to, _) -> prescribed.quantize(from, to));
    return prescribed;
  }

  private HostBuffer rounded(HostBuffer rows, Rounded scheme) {
    HostBuffer target = rounded.like(rows);
    workers.run(
        rows.rows(),
        Grain.of(16 * rows.cols()),
        (from, to, worker) -> RoundedRows.round(rows, scheme, target, from, to, scratch[worker]));
    return target;
  }

  private void quantize(HostBuffer rows, QuantizedRows target) {
    target.reshape(rows.rows(), rows.cols());
    RowKernels kernels = table.rows();
    workers.run(
        rows.rows(),
        Grain.of(4 * rows.cols()),
        (from, to, worker) -> kernels.quantize(rows, target, from, to, scratch[worker]));
  }

  /** Slots are brought together by expert, so that each expert's rows are decoded once. */
  void matmulExperts(HostMatrix w, Routing routing, HostBuffer out) {
    var order = new ExpertOrder(routing, w.experts());
    outByExpert = roomFor(outByExpert, routing.slots(), w.rows());
    HostBuffer results = outByExpert.reshaped(routing.slots(), w.rows());
    if (precision == ActivationPrecision.NATIVE && !w.apart().isEmpty()) {
      multiplyApart(w, routing, order, results);
    } else {
      run(input(w, () -> xByExpert(order, routing), () -> quantizedByExpert(order, routing, w)), w, order, results);
    }
    long bytes = w.rows() * Float.BYTES;
    for (int i = 0; i < routing.slots(); i++) {
      MemorySegment.copy(results.segment(), i * bytes, out.segment(), order.slot(i) * bytes, bytes);
    }
  }

  /** Expert by expert, as each may prescribe something else of its activations. */
  private void multiplyApart(HostMatrix w, Routing routing, ExpertOrder order, HostBuffer results) {
    HostBuffer all = xByExpert(order, routing);
    for (int rank = 0; rank < order.used(); rank++) {
      long first = order.first(rank);
      long count = order.first(rank + 1) - first;
      HostBuffer rows = all.rows(first, count);
      HostMatrix own = w.holding(order.expert(rank));
      Supplier<QuantizedRows> q8 =
          () -> {
            quantize(permuted.of(rows, own.permutation()), quantizedByExpert);
            return quantizedByExpert;
          };
      run(input(own, () -> rows, q8), own, results, first, count);
    }
  }

  /** One loop over the weight rows of all experts that are used. */
  private <X> void run(Input<X> input, HostMatrix w, ExpertOrder order, HostBuffer results) {
    if (order.used() == 0) {
      return;
    }
    long count = order.slots() / order.used();
    long together = input.kernelOf.apply(w.holding(order.expert(0))).rowsTogether(count);
    workers.run(
        order.used() * w.rows(),
        Grain.ofStrips(w.cols() * (count + 2), together, w.rows(), workers.threads()),
        (from, to, worker) -> {
          for (long row = from, end; row < to; row = end) {
            int rank = (int) (row / w.rows());
            long base = rank * w.rows();
            end = Math.min(to, base + w.rows());
            int first = order.first(rank);
            var product = new Product<>(input.x, first, w, order.expert(rank), results, first, order.first(rank + 1) - first);
            input.kernelOf.apply(product.w()).run(product, row - base, end - base, scratch[worker]);
          }
        });
  }

  /** Each slot's activations, in the order of its expert's packed columns. */
  private QuantizedRows quantizedByExpert(ExpertOrder order, Routing routing, HostMatrix w) {
    if (isPermuted(w, order)) {
      quantize(permutedByExpert(order, routing, w), quantizedByExpert);
      return quantizedByExpert;
    }
    QuantizedRows rows = quantized();
    quantizedByExpert.reshape(routing.slots(), x.cols());
    for (int i = 0; i < routing.slots(); i++) {
      quantizedByExpert.copyRow(rows, routing.xRow(order.slot(i), x.rows()), i);
    }
    return quantizedByExpert;
  }

  private static boolean isPermuted(HostMatrix w, ExpertOrder order) {
    for (int rank = 0; rank < order.used(); rank++) {
      if (w.holding(order.expert(rank)).permutation().length > 0) {
        return true;
      }
    }
    return false;
  }

  private HostBuffer permutedByExpert(ExpertOrder order, Routing routing, HostMatrix w) {
    HostBuffer rows = roomByExpert(routing);
    for (int rank = 0; rank < order.used(); rank++) {
      int[] permutation = w.holding(order.expert(rank)).permutation();
      for (int i = order.first(rank); i < order.first(rank + 1); i++) {
        PermutedRows.copyRow(x, routing.xRow(order.slot(i), x.rows()), permutation, rows, i);
      }
    }
    return rows;
  }

  private HostBuffer xByExpert(ExpertOrder order, Routing routing) {
    HostBuffer rows = roomByExpert(routing);
    long bytes = x.cols() * Float.BYTES;
    for (int i = 0; i < routing.slots(); i++) {
      long row = routing.xRow(order.slot(i), x.rows());
      MemorySegment.copy(x.segment(), row * bytes, rows.segment(), i * bytes, bytes);
    }
    return rows;
  }

  private HostBuffer roomByExpert(Routing routing) {
    xByExpert = roomFor(xByExpert, routing.slots(), x.cols());
    return xByExpert.reshaped(routing.slots(), x.cols());
  }

  private HostBuffer roomFor(HostBuffer buffer, long rows, long cols) {
    long values = Math.multiplyExact(rows, cols);
    return buffer.values() >= values ? buffer : memory.buffer(1, Math.max(values, 2 * buffer.values()));
  }
}
