package io.gatun.device;

import io.gatun.tensors.ActivationScheme;
import io.gatun.tensors.TensorData;
import java.util.Optional;

/**
 * Scalar truth: one thread, the {@link ScalarKernels} over whole operands, and no operation fused. Every other device
 * and kernel is measured against it.
 *
 * <p>As thread-safe as {@link Device} asks for; owns its memory.
 */
public final class ReferenceDevice implements Device {
  private final ActivationPrecision precision;
  private final HostMemory memory = new HostMemory();
  private final Scratch scratch = new Scratch();
  private final QuantizedRows quantized = new QuantizedRows(memory);
  private final PermutedRows permuted = new PermutedRows(memory);
  private final PrescribedRows prescribed = new PrescribedRows(memory);
  private final RoundedRows rounded = new RoundedRows(memory);
  private final ScalarKernels kernels = ScalarKernels.INSTANCE;

  public ReferenceDevice(ActivationPrecision precision) {
    this.precision = precision;
  }

  @Override
  public String describe() {
    return "reference scalar activations=%s threads=1".formatted(precision.id());
  }

  @Override
  public String tier() {
    return "scalar";
  }

  @Override
  public synchronized Buffer buffer(long rows, long cols) {
    return memory.buffer(rows, cols);
  }

  @Override
  public synchronized void write(float[] values, Buffer target) {
    HostBuffer host = host(target);
    Shapes.write(values, host);
    host.copyFrom(values, 0, values.length);
  }

  @Override
  public synchronized void read(Buffer source, long row, float[] target) {
    HostBuffer host = host(source);
    Shapes.read(host, row, target);
    host.copyTo(row * host.cols(), target, target.length);
  }

  @Override
  public synchronized Matrix load(TensorData weights) {
    memory.requireOpen();
    return HostMatrix.of(weights);
  }

  @Override
  public synchronized Buffer loadVector(TensorData vector) {
    return memory.vector(vector);
  }

  @Override
  public synchronized KvPool kvPool(KvLayout layout) {
    return memory.kvPool(layout);
  }

  @Override
  public synchronized void embed(Matrix table, int[] ids, Buffer out) {
    HostMatrix matrix = HostMatrix.of(table);
    Shapes.embed(matrix, ids, host(out));
    ScalarKernels.embed(matrix, ids, host(out), 0, ids.length, scratch);
  }

  @Override
  public synchronized void gather(Buffer x, int[] rows, Buffer out) {
    Shapes.gather(host(x), rows, host(out));
    ScalarKernels.gather(host(x), rows, host(out), 0, rows.length);
  }

  @Override
  public synchronized void add(Buffer x, Buffer y) {
    Shapes.add(host(x), host(y));
    kernels.add(host(x), host(y), 0, host(x).values());
  }

  @Override
  public synchronized void scale(Buffer x, float factor) {
    kernels.scale(host(x), factor, 0, host(x).values());
  }

  @Override
  public synchronized void scaleRows(Buffer x, Buffer factors) {
    Shapes.scaleRows(host(x), host(factors));
    ScalarKernels.scaleRows(host(x), host(factors), 0, x.rows());
  }

  @Override
  public synchronized void clamp(Buffer x, float limit) {
    ScalarKernels.clamp(host(x), limit, 0, host(x).values());
  }

  @Override
  public synchronized void xielu(Buffer x, XieluSpec spec) {
    ScalarKernels.xielu(host(x), spec, 0, host(x).values());
  }

  @Override
  public synchronized void sparsify(Buffer x, float deviations) {
    Shapes.sparsify(host(x));
    ScalarKernels.sparsify(host(x), deviations, 0, x.rows());
  }

  @Override
  public synchronized void rescale(Buffer x, Buffer y) {
    Shapes.rescale(host(x), host(y));
    ScalarKernels.rescale(host(x), host(y), 0, x.rows());
  }

  @Override
  public synchronized void mixRuns(Buffer weights, Buffer x, int length, Buffer out) {
    Shapes.mixRuns(host(weights), host(x), length, host(out));
    ScalarKernels.mixRuns(host(weights), host(x), length, host(out), 0, x.rows());
  }

  @Override
  public synchronized void copyColumns(Buffer x, ColumnRuns runs, Buffer out) {
    Shapes.copyColumns(host(x), runs, host(out));
    ScalarKernels.copyColumns(host(x), runs, host(out), 0, x.rows());
  }

  @Override
  public synchronized void matmul(Buffer x, Matrix w, Buffer out) {
    HostMatrix matrix = HostMatrix.of(w);
    Shapes.matmul(host(x), matrix, host(out));
    input(host(x), matrix).multiply(matrix, 0, 0, host(out), 0, x.rows());
  }

  /** The activations as they meet a matrix, and what multiplies them. */
  private Input<?> input(HostBuffer x, HostMatrix w) {
    return switch (w.prescribed(precision).orElse(null)) {
      case ActivationScheme.Int8 scheme -> {
        prescribed.reshape(x, scheme, w.permutation());
        prescribed.quantize(0, x.rows());
        yield new Input<>(prescribed, ScalarKernels.prescribedMatmul(ScalarKernels.byteDots()), scratch);
      }
      case ActivationScheme.Rounded scheme -> {
        HostBuffer target = rounded.like(x);
        RoundedRows.round(x, scheme, target, 0, x.rows(), scratch);
        yield new Input<>(target, ScalarKernels.floatMatmul(), scratch);
      }
      case null -> {
        if (precision.quantizes() && w.isInteger()) {
          quantize(permuted.of(x, w.permutation()));
          yield new Input<>(quantized, ScalarKernels.q8Matmul(), scratch);
        }
        yield new Input<>(x, ScalarKernels.floatMatmul(), scratch);
      }
    };
  }

  /** Activations, and the kernel that multiplies such. */
  private record Input<X>(X x, MatmulKernel<X> kernel, Scratch scratch) {

    /** All weight rows of an expert, and some activation rows. */
    void multiply(HostMatrix w, int expert, long row, HostBuffer out, long outRow, long count) {
      kernel.run(new Product<>(x, row, w, expert, out, outRow, count), 0, w.rows(), scratch);
    }
  }

  private void quantize(HostBuffer x) {
    quantized.reshape(x.rows(), x.cols());
    kernels.quantize(x, quantized, 0, x.rows(), scratch);
  }

  @Override
  public synchronized void rmsNorm(Buffer x, Buffer gain, float eps, Buffer out) {
    Shapes.rmsNorm(host(x), host(gain), host(out));
    kernels.rmsNorm(host(x), host(gain), eps, host(out), 0, x.rows());
  }

  @Override
  public synchronized void layerNorm(Buffer x, int length, Buffer gain, float eps, Buffer out) {
    Shapes.layerNorm(host(x), length, host(gain), host(out));
    kernels.layerNorm(host(x), length, host(gain), eps, host(out), 0, x.rows());
  }

  @Override
  public synchronized void rope(Buffer x, int[] positions, RopeSpec spec) {
    Shapes.rope(host(x), positions, spec);
    kernels.rope(host(x), positions, spec, 0, x.rows(), scratch);
  }

  @Override
  public synchronized void gate(Buffer gate, Buffer up, ActivationFunction f) {
    Shapes.gate(host(gate), host(up));
    kernels.gate(host(gate), host(up), f, 0, host(gate).values());
  }

  @Override
  public synchronized void activate(Buffer x, ActivationFunction f) {
    kernels.activate(host(x), f, 0, host(x).values());
  }

  @Override
  public synchronized void softcap(Buffer x, float cap) {
    Shapes.softcap(cap);
    kernels.softcap(host(x), cap, 0, host(x).values());
  }

  @Override
  public synchronized void append(KvPool pool, int layer, Buffer k, Buffer v, KvRows rows) {
    HostKvPool pages = HostKvPool.of(pool);
    Shapes.append(pages, layer, host(k), host(v), rows);
    kernels.append(pages, layer, host(k), host(v), rows, 0, rows.rows(), scratch);
  }

  @Override
  public synchronized void attention(Buffer q, KvPool pool, int layer, AttentionSpec spec, KvRows rows, Buffer out) {
    var call = new RowKernels.AttentionCall(host(q), HostKvPool.of(pool), layer, spec, rows, host(out));
    Shapes.attention(call);
    kernels.attention(call, 0, (long) rows.rows() * spec.headCount(), scratch);
  }

  @Override
  public synchronized void convolve(Buffer x, Buffer kernel, StateRows rows, long offset, Buffer out) {
    var call = new RowKernels.ConvolveCall(host(x), host(kernel), rows, offset, host(out));
    Shapes.convolve(call);
    kernels.convolve(call, 0, x.cols(), scratch);
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
    kernels.deltaNet(call, 0, out.cols(), scratch);
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
    kernels.linearAttention(call, 0, out.cols(), scratch);
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
    kernels.stateSpace(call, 0, out.cols(), scratch);
  }

  @Override
  public synchronized Routing route(Buffer logits, RouterSpec spec) {
    Shapes.route(host(logits), spec);
    return ScalarKernels.route(host(logits), spec);
  }

  @Override
  public synchronized void matmulExperts(Buffer x, Matrix experts, Routing routing, Buffer out) {
    HostMatrix matrix = HostMatrix.of(experts);
    HostBuffer rows = host(x);
    Shapes.matmulExperts(rows, matrix, routing, host(out));
    if (matrix.apart().isEmpty()) {
      Input<?> input = input(rows, matrix);
      for (int slot = 0; slot < routing.slots(); slot++) {
        input.multiply(matrix, routing.experts()[slot], routing.xRow(slot, rows.rows()), host(out), slot, 1);
      }
      return;
    }
    for (int slot = 0; slot < routing.slots(); slot++) {
      HostMatrix own = matrix.holding(routing.experts()[slot]);
      input(rows.rows(routing.xRow(slot, rows.rows()), 1), own).multiply(own, 0, 0, host(out), slot, 1);
    }
  }

  @Override
  public synchronized void addExperts(Buffer slots, Matrix biases, Routing routing) {
    HostMatrix matrix = HostMatrix.of(biases);
    Shapes.addExperts(host(slots), matrix, routing);
    ScalarKernels.addExperts(host(slots), matrix, routing, 0, routing.slots(), scratch);
  }

  @Override
  public synchronized void combine(Buffer slots, Routing routing, Buffer out) {
    Shapes.combine(host(slots), routing, host(out));
    ScalarKernels.combine(host(slots), routing, host(out), 0, routing.rows());
  }

  /** Waits for an operation in flight; those that follow are refused. */
  @Override
  public void close() {
    memory.refuse();
    synchronized (this) {
      memory.close();
    }
  }

  private HostBuffer host(Buffer buffer) {
    memory.requireOpen();
    return HostBuffer.of(buffer);
  }
}
