package io.gatun.cpu;

import io.gatun.device.ActivationFunction;
import io.gatun.device.ActivationPrecision;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.DeltaNetSpec;
import io.gatun.device.Device;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.HostMatrix;
import io.gatun.device.HostMemory;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.Matrix;
import io.gatun.device.RopeSpec;
import io.gatun.device.RouterSpec;
import io.gatun.device.Routing;
import io.gatun.device.RowKernels;
import io.gatun.device.ScalarKernels;
import io.gatun.device.Scratch;
import io.gatun.device.Shapes;
import io.gatun.device.StateCorrection;
import io.gatun.device.StateRows;
import io.gatun.device.StateSpaceSpec;
import io.gatun.device.XieluSpec;
import io.gatun.tensors.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The operations on the CPU: weights where they are mapped, loops split over {@link Workers}, inner loops from a {@link
 * KernelTable}. Results do not depend on the number of threads. Owns its memory and its threads; as thread-safe as
 * {@link Device} asks for.
 */
public final class CpuDevice implements Device {
  private final ActivationPrecision precision;
  private final KernelTable table;
  private final HostMemory memory = new HostMemory();
  private final Workers workers;
  private final Scratch[] scratch;
  private final Products products;

  /**
   * Starts the threads.
   *
   * @param threads ≥ 1, the caller's included
   * @param table the kernels to use
   * @param precision of activations
   */
  public CpuDevice(int threads, KernelTable table, ActivationPrecision precision) {
    this.precision = precision;
    this.table = table;
    this.workers = new Workers(threads);
    this.scratch = Stream.generate(Scratch::new).limit(threads).toArray(Scratch[]::new);
    this.products = new Products(table, precision, workers, scratch, memory);
  }

  @Override
  public String describe() {
    return "cpu %s activations=%s threads=%d".formatted(table.describe(), precision.id(), workers.threads());
  }

  @Override
  public String tier() {
    return table.tier();
  }

  @Override
  public synchronized Buffer buffer(long rows, long cols) {
    return memory.buffer(rows, cols);
  }

  @Override
  public synchronized void write(float[] values, Buffer target) {
    HostBuffer host = host(target);
    Shapes.write(values, host);
    MemorySegment.copy(values, 0, host.segment(), ValueLayout.JAVA_FLOAT, 0, values.length);
  }

  @Override
  public synchronized void read(Buffer source, long row, float[] target) {
    HostBuffer host = host(source);
    Shapes.read(host, row, target);
    long offset = row * host.cols() * Float.BYTES;
    MemorySegment.copy(host.segment(), ValueLayout.JAVA_FLOAT, offset, target, 0, target.length);
  }

  @Override
  public synchronized Matrix load(TensorData weights) {
    memory.requireOpen();
    HostMatrix matrix = HostMatrix.of(weights);
    products.choose(matrix);
    return matrix;
  }

  @Override
  public synchronized Buffer loadVector(TensorData vector) {
    return memory.vector(vector);
  }

  @Override
  public synchronized KvPool kvPool(KvLayout layout) {
    table.rows(); // checked before they are needed
    cacheKernels(layout);
    return memory.kvPool(layout);
  }

  @Override
  public synchronized void embed(Matrix table, int[] ids, Buffer out) {
    HostMatrix matrix = HostMatrix.of(table);
    HostBuffer target = host(out);
    Shapes.embed(matrix, ids, target);
    workers.run(
        ids.length,
        Grain.of(2 * target.cols()),
        (from, to, worker) -> ScalarKernels.embed(matrix, ids, target, from, to, scratch[worker]));
  }

  @Override
  public synchronized void gather(Buffer x, int[] rows, Buffer out) {
    HostBuffer source = host(x);
    HostBuffer target = host(out);
    Shapes.gather(source, rows, target);
    workers.run(
        rows.length,
        Grain.of(source.cols() / 4),
        (from, to, _) -> ScalarKernels.gather(source, rows, target, from, to));
  }

  @Override
  public synchronized void add(Buffer x, Buffer y) {
    HostBuffer sum = host(x);
    HostBuffer addend = host(y);
    Shapes.add(sum, addend);
    RowKernels kernels = table.rows();
    workers.run(sum.values(), Grain.of(2), (from, to, _) -> kernels.add(sum, addend, from, to));
  }

  @Override
  public synchronized void scale(Buffer x, float factor) {
    HostBuffer values = host(x);
    RowKernels kernels = table.rows();
    workers.run(values.values(), Grain.of(1), (from, to, _) -> kernels.scale(values, factor, from, to));
  }

  @Override
  public synchronized void scaleRows(Buffer x, Buffer factors) {
    HostBuffer rows = host(x);
    HostBuffer byRow = host(factors);
    Shapes.scaleRows(rows, byRow);
    workers.run(rows.rows(), Grain.of(rows.cols()), (from, to, _) -> ScalarKernels.scaleRows(rows, byRow, from, to));
  }

  @Override
  public synchronized void clamp(Buffer x, float limit) {
    HostBuffer values = host(x);
    workers.run(values.values(), Grain.of(2), (from, to, _) -> ScalarKernels.clamp(values, limit, from, to));
  }

  @Override
  public synchronized void xielu(Buffer x, XieluSpec spec) {
    HostBuffer values = host(x);
    workers.run(values.values(), Grain.of(40), (from, to, _) -> ScalarKernels.xielu(values, spec, from, to));
  }

  @Override
  public synchronized void sparsify(Buffer x, float deviations) {
    HostBuffer rows = host(x);
    Shapes.sparsify(rows);
    workers.run(
        rows.rows(), Grain.of(6 * rows.cols()), (from, to, _) -> ScalarKernels.sparsify(rows, deviations, from, to));
  }

  @Override
  public synchronized void rescale(Buffer x, Buffer y) {
    HostBuffer rows = host(x);
    HostBuffer lengths = host(y);
    Shapes.rescale(rows, lengths);
    workers.run(
        rows.rows(), Grain.of(6 * rows.cols()), (from, to, _) -> ScalarKernels.rescale(rows, lengths, from, to));
  }

  @Override
  public synchronized void mixRuns(Buffer weights, Buffer x, int length, Buffer out) {
    HostBuffer factors = host(weights);
    HostBuffer source = host(x);
    HostBuffer target = host(out);
    Shapes.mixRuns(factors, source, length, target);
    workers.run(
        source.rows(),
        Grain.of(3 * factors.cols() * length),
        (from, to, _) -> ScalarKernels.mixRuns(factors, source, length, target, from, to));
  }

  @Override
  public synchronized void copyColumns(Buffer x, ColumnRuns runs, Buffer out) {
    HostBuffer source = host(x);
    HostBuffer target = host(out);
    Shapes.copyColumns(source, runs, target);
    workers.run(
        source.rows(),
        Grain.of((long) runs.count() * runs.width() / 4),
        (from, to, _) -> ScalarKernels.copyColumns(source, runs, target, from, to));
  }

  @Override
  public synchronized void matmul(Buffer x, Matrix w, Buffer out) {
    HostBuffer rows = host(x);
    HostMatrix matrix = HostMatrix.of(w);
    HostBuffer result = host(out);
    Shapes.matmul(rows, matrix, result);
    products.prepare(rows);
    products.matmul(matrix, result);
  }

  @Override
  public synchronized void matmul(Buffer x, List<Matrix> weights, List<Buffer> outs) {
    HostBuffer rows = host(x);
    Shapes.matmul(weights, outs);
    for (int i = 0; i < weights.size(); i++) {
      Shapes.matmul(rows, HostMatrix.of(weights.get(i)), host(outs.get(i)));
    }
    products.prepare(rows);
    for (int i = 0; i < weights.size(); i++) {
      products.matmul(HostMatrix.of(weights.get(i)), host(outs.get(i)));
    }
  }

  @Override
  public synchronized void rmsNorm(Buffer x, Buffer gain, float eps, Buffer out) {
    HostBuffer source = host(x);
    HostBuffer factors = host(gain);
    HostBuffer target = host(out);
    Shapes.rmsNorm(source, factors, target);
    RowKernels kernels = table.rows();
    workers.run(
        source.rows(),
        Grain.of(3 * source.cols()),
        (from, to, _) -> kernels.rmsNorm(source, factors, eps, target, from, to));
  }

  @Override
  public synchronized void layerNorm(Buffer x, int length, Buffer gain, float eps, Buffer out) {
    HostBuffer source = host(x);
    HostBuffer factors = host(gain);
    HostBuffer target = host(out);
    Shapes.layerNorm(source, length, factors, target);
    RowKernels kernels = table.rows();
    workers.run(
        source.rows(),
        Grain.of(4 * source.cols()),
        (from, to, _) -> kernels.layerNorm(source, length, factors, eps, target, from, to));
  }

  @Override
  public synchronized void rope(Buffer x, int[] positions, RopeSpec spec) {
    HostBuffer rows = host(x);
    Shapes.rope(rows, positions, spec);
    RowKernels kernels = table.rows();
    workers.run(
        rows.rows(),
        Grain.of(2 * rows.cols() + 40L * spec.frequencies().length),
        (from, to, worker) -> kernels.rope(rows, positions, spec, from, to, scratch[worker]));
  }

  @Override
  public synchronized void gate(Buffer gate, Buffer up, ActivationFunction f) {
    HostBuffer gates = host(gate);
    HostBuffer ups = host(up);
    Shapes.gate(gates, ups);
    RowKernels kernels = table.rows();
    workers.run(gates.values(), Grain.of(16), (from, to, _) -> kernels.gate(gates, ups, f, from, to));
  }

  @Override
  public synchronized void activate(Buffer x, ActivationFunction f) {
    HostBuffer values = host(x);
    RowKernels kernels = table.rows();
    workers.run(values.values(), Grain.of(15), (from, to, _) -> kernels.activate(values, f, from, to));
  }

  @Override
  public synchronized void softcap(Buffer x, float cap) {
    HostBuffer values = host(x);
    Shapes.softcap(cap);
    RowKernels kernels = table.rows();
    workers.run(values.values(), Grain.of(20), (from, to, _) -> kernels.softcap(values, cap, from, to));
  }

  @Override
  public synchronized void append(KvPool pool, int layer, Buffer k, Buffer v, KvRows rows) {
    HostKvPool pages = HostKvPool.of(pool);
    HostBuffer keys = host(k);
    HostBuffer values = host(v);
    Shapes.append(pages, layer, keys, values, rows);
    RowKernels kernels = cacheKernels(pages.layout());
    workers.run(
        rows.rows(),
        Grain.of(4 * (keys.cols() + values.cols())),
        (from, to, worker) -> kernels.append(pages, layer, keys, values, rows, from, to, scratch[worker]));
  }

  @Override
  public synchronized void attention(Buffer q, KvPool pool, int layer, AttentionSpec spec, KvRows rows, Buffer out) {
    var call = new RowKernels.AttentionCall(host(q), HostKvPool.of(pool), layer, spec, rows, host(out));
    Shapes.attention(call);
    RowKernels kernels = cacheKernels(call.pool().layout());
    long keys = 0;
    for (int row = 0; row < rows.rows(); row++) {
      keys = Math.max(keys, (long) rows.ends()[row] - spec.first(rows.positions()[row]));
    }
    workers.run(
        (long) rows.rows() * spec.headCount(),
        Grain.ofHeads(
            keys * (2L * (spec.keyDim() + spec.valueDim()) + 20),
            spec.headCount() / spec.headCountKv(),
            (long) rows.rows() * spec.headCountKv(),
            workers.threads()),
        (from, to, worker) -> kernels.attention(call, from, to, scratch[worker]));
  }

  @Override
  public synchronized void convolve(Buffer x, Buffer kernel, StateRows rows, long offset, Buffer out) {
    var call = new RowKernels.ConvolveCall(host(x), host(kernel), rows, offset, host(out));
    Shapes.convolve(call);
    RowKernels kernels = table.states();
    workers.run(
        x.cols(),
        Grain.ofPanels(2L * rows.rows() * call.taps()),
        (from, to, worker) -> kernels.convolve(call, from, to, scratch[worker]));
  }

  @Override
  public synchronized void deltaNet(
      Buffer q,
      Buffer k,
      Buffer v,
      Buffer rate,
      Buffer step,
      Buffer beta,
      DeltaNetSpec spec,
      StateRows rows,
      long offset,
      Buffer out) {
    var call =
        new RowKernels.DeltaNetCall(
            host(q), host(k), host(v), host(rate), host(step), host(beta), spec, rows, offset, host(out));
    Shapes.deltaNet(call);
    RowKernels kernels = table.states();
    workers.run(
        out.cols(),
        Grain.ofPanels(4L * rows.rows() * spec.keyDim()),
        (from, to, worker) -> kernels.deltaNet(call, from, to, scratch[worker]));
  }

  @Override
  public synchronized void linearAttention(
      Buffer q,
      Buffer k,
      Buffer v,
      Buffer decay,
      Optional<StateCorrection> correction,
      int heads,
      StateRows rows,
      long offset,
      Buffer out) {
    var call =
        new RowKernels.LinearAttentionCall(
            host(q), host(k), host(v), host(decay), correction, heads, rows, offset, host(out));
    Shapes.linearAttention(call);
    RowKernels kernels = table.states();
    workers.run(
        out.cols(),
        Grain.ofPanels(5L * rows.rows() * call.keyDim()),
        (from, to, worker) -> kernels.linearAttention(call, from, to, scratch[worker]));
  }

  @Override
  public synchronized void stateSpace(
      Buffer x,
      Buffer b,
      Buffer c,
      Buffer rate,
      Buffer step,
      Buffer skip,
      StateSpaceSpec spec,
      StateRows rows,
      long offset,
      Buffer out) {
    var call =
        new RowKernels.StateSpaceCall(
            host(x), host(b), host(c), host(rate), host(step), host(skip), spec, rows, offset, host(out));
    Shapes.stateSpace(call);
    RowKernels kernels = table.states();
    workers.run(
        out.cols(),
        Grain.ofPanels(4L * rows.rows() * spec.stateDim()),
        (from, to, worker) -> kernels.stateSpace(call, from, to, scratch[worker]));
  }

  @Override
  public synchronized Routing route(Buffer logits, RouterSpec spec) {
    HostBuffer rows = host(logits);
    Shapes.route(rows, spec);
    return ScalarKernels.route(rows, spec);
  }

  @Override
  public synchronized void matmulExperts(Buffer x, Matrix experts, Routing routing, Buffer out) {
    HostMatrix matrix = HostMatrix.of(experts);
    Shapes.matmulExperts(host(x), matrix, routing, host(out));
    products.prepare(host(x));
    products.matmulExperts(matrix, routing, host(out));
  }

  @Override
  public synchronized void addExperts(Buffer slots, Matrix biases, Routing routing) {
    HostBuffer sums = host(slots);
    HostMatrix matrix = HostMatrix.of(biases);
    Shapes.addExperts(sums, matrix, routing);
    workers.run(
        routing.slots(),
        Grain.of(3 * sums.cols()),
        (from, to, worker) -> ScalarKernels.addExperts(sums, matrix, routing, from, to, scratch[worker]));
  }

  @Override
  public synchronized void combine(Buffer slots, Routing routing, Buffer out) {
    HostBuffer source = host(slots);
    HostBuffer target = host(out);
    Shapes.combine(source, routing, target);
    workers.run(
        routing.rows(),
        Grain.of(2L * routing.used() * target.cols()),
        (from, to, _) -> ScalarKernels.combine(source, routing, target, from, to));
  }

  /** Waits for an operation in flight; those that follow are refused. */
  @Override
  public void close() {
    memory.refuse();
    synchronized (this) {
      workers.close();
      memory.close();
    }
  }

  private RowKernels cacheKernels(KvLayout layout) {
    return table.cache(layout.keyType(), layout.valueType());
  }

  private HostBuffer host(Buffer buffer) {
    memory.requireOpen();
    return HostBuffer.of(buffer);
  }
}
