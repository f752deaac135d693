package io.gatun.cpu;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.MatmulKernel;
import io.gatun.device.PermutedRows;
import io.gatun.device.Product;
import io.gatun.device.QuantizedRows;
import io.gatun.device.Routing;
import io.gatun.device.RowKernels;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * The matrix products of a {@link CpuDevice}: activations are quantized once and meet any number of matrices, weight
 * rows are split over the workers. Owned by its device, used by one thread at a time.
 */
final class Products {
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
    this.x = memory.buffer(0, 1);
    this.xByExpert = x;
    this.outByExpert = x;
  }

  /** Has the kernel of a matrix checked before it is needed. */
  void choose(HostMatrix w) {
    HostMatrix one = w.holding(0);
    if (quantizes(w)) {
      table.q8Matmul(one);
    } else {
      table.floatMatmul(one);
    }
  }

  /** The activations of the products that follow. They are quantized when the first product needs it. */
  void prepare(HostBuffer activations) {
    x = activations;
    isQuantized = false;
  }

  void matmul(HostMatrix w, HostBuffer out) {
    if (quantizes(w)) {
      run(new Product<>(quantized(w.permutation()), 0, w, 0, out, 0, x.rows()), table.q8Matmul(w));
    } else {
      run(new Product<>(x, 0, w, 0, out, 0, x.rows()), table.floatMatmul(w));
    }
  }

  private boolean quantizes(HostMatrix w) {
    return precision.quantizes() && w.isInteger();
  }

  private <X> void run(Product<X> product, MatmulKernel<X> kernel) {
    if (product.count() > 0) {
      workers.run(
          product.w().rows(),
          Grain.ofStrips(
              product.w().cols() * (product.count() + 2), kernel.rowsTogether(), product.w().rows(), workers.threads()),
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

  /** The activations in the order of a matrix's packed columns; each matrix has its own. */
  private QuantizedRows quantized(int[] permutation) {
    if (permutation.length == 0) {
      return quantized();
    }
    quantize(permuted.of(x, permutation), quantizedByColumn);
    return quantizedByColumn;
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
    if (quantizes(w)) {
      run(quantizedByExpert(order, routing, w), w, order, results, table::q8Matmul);
    } else {
      run(xByExpert(order, routing), w, order, results, table::floatMatmul);
    }
    long bytes = w.rows() * Float.BYTES;
    for (int i = 0; i < routing.slots(); i++) {
      MemorySegment.copy(results.segment(), i * bytes, out.segment(), order.slot(i) * bytes, bytes);
    }
  }

  /** One loop over the weight rows of all experts that are used. */
  private <X> void run(
      X rows, HostMatrix w, ExpertOrder order, HostBuffer results, Function<HostMatrix, MatmulKernel<X>> kernelOf) {
    long cost = w.cols() * (order.slots() / Math.max(1, order.used()) + 2);
    workers.run(
        order.used() * w.rows(),
        Grain.ofStrips(cost),
        (from, to, worker) -> {
          for (long row = from, end; row < to; row = end) {
            int rank = (int) (row / w.rows());
            long base = rank * w.rows();
            end = Math.min(to, base + w.rows());
            int first = order.first(rank);
            var product = new Product<>(rows, first, w, order.expert(rank), results, first, order.first(rank + 1) - first);
            kernelOf.apply(product.w()).run(product, row - base, end - base, scratch[worker]);
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
