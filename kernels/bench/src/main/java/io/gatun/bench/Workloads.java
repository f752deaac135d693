package io.gatun.bench;

import io.gatun.device.ActivationPrecision;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.RandomBlocks;
import io.gatun.tensors.Encoding;
import io.gatun.tensors.QuantizedEncoding;
import io.gatun.tensors.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Workloads on one device, with operands of their own. Used by one thread; to be closed after the last workload has run,
 * which closes the device too.
 */
final class Workloads implements AutoCloseable {
  /** Larger than the caches of today's processors. */
  private static final long DECODE_BYTES = 128L << 20;

  static final int DECODE_COLS = 4096;
  static final int PREFILL_TOKENS = 512;
  static final int PREFILL_SIZE = 2048;

  private final Arena arena = Arena.ofShared();
  private final RandomGenerator random = new SplittableRandom(1);
  private final Device device;
  private final ActivationPrecision precision;

  /** @param device owned from now on, with activations of {@code precision} */
  Workloads(Device device, ActivationPrecision precision) {
    this.device = device;
    this.precision = precision;
  }

  Device device() {
    return device;
  }

  /** Rows of a matrix of {@link #DECODE_COLS} columns that is larger than the caches. */
  static long decodeRows(Encoding encoding) {
    return DECODE_BYTES / encoding.bytes(DECODE_COLS);
  }

  /** 512 tokens × 2048 × 2048. */
  Workload prefill(Encoding encoding) {
    return matmul(encoding, PREFILL_TOKENS, PREFILL_SIZE, PREFILL_SIZE);
  }

  /** One row times a matrix that is larger than the caches. */
  Workload decode(Encoding encoding) {
    return matmul(encoding, 1, decodeRows(encoding), DECODE_COLS);
  }

  /** {@code [tokens, cols] · [rows, cols]}. */
  Workload matmul(Encoding encoding, int tokens, long rows, long cols) {
    MemorySegment bytes = arena.allocate(rows * encoding.bytes(cols), 64);
    RandomBlocks.ORDINARY.fill(encoding, bytes, random);
    Matrix w = device.load(new TensorData("bench", List.of(rows, cols), encoding, List.of(bytes)));
    Buffer x = gaussians(tokens, cols);
    Buffer out = device.buffer(tokens, rows);
    boolean quantizes = precision.quantizes() && encoding instanceof QuantizedEncoding;
    return new Workload(
        "%s %s, %d × [%d, %d]".formatted(encoding.id(), quantizes ? "q8" : "f32", tokens, rows, cols),
        quantizes ? Workload.Arithmetic.INTEGERS : Workload.Arithmetic.FLOATS,
        tokens * rows * cols,
        bytes.byteSize(),
        () -> device.matmul(x, w, out));
  }

  /** The last {@code queries} tokens of a sequence: 32 heads, 8 of keys and values, of 128. */
  Workload attention(KvType type, int queries, int context) {
    var spec = new AttentionSpec(32, 8, 128, 128, 0.088f);
    var layer = new KvLayout.Layer(spec.headCountKv(), spec.keyDim(), spec.valueDim());
    KvPool pool = device.kvPool(new KvLayout(List.of(layer), type, type));
    int[] pages = IntStream.range(0, context / KvPool.PAGE_TOKENS + 1).map(_ -> pool.allocate()).toArray();
    long kvCols = (long) spec.headCountKv() * spec.keyDim();
    KvRows all = rows(pages, 0, context);
    device.append(pool, 0, gaussians(context, kvCols), gaussians(context, kvCols), all);
    KvRows last = rows(pages, context - queries, context);
    Buffer q = gaussians(queries, (long) spec.headCount() * spec.keyDim());
    Buffer out = device.buffer(queries, (long) spec.headCount() * spec.valueDim());
    long keys = Arrays.stream(last.positions()).mapToLong(position -> position + 1L).sum();
    return new Workload(
        "attention %s, %d of %d tokens".formatted(type.id(), queries, context),
        Workload.Arithmetic.FLOATS,
        keys * spec.headCount() * (spec.keyDim() + spec.valueDim()),
        context * pool.pageBytes() / KvPool.PAGE_TOKENS,
        () -> device.attention(q, pool, 0, spec, last, out));
  }

  private static KvRows rows(int[] pages, int from, int to) {
    var all = new int[to - from][];
    Arrays.fill(all, pages);
    return new KvRows(all, IntStream.range(from, to).toArray());
  }

  /** Reads and writes {@code [rows, cols]}. */
  Workload norm(int rows, int cols) {
    Buffer x = gaussians(rows, cols);
    Buffer gain = gaussians(1, cols);
    Buffer out = device.buffer(rows, cols);
    return new Workload(
        "rmsNorm [%d, %d]".formatted(rows, cols),
        Workload.Arithmetic.FLOATS,
        0,
        2L * Float.BYTES * rows * cols,
        () -> device.rmsNorm(x, gain, 1e-5f, out));
  }

  private Buffer gaussians(int rows, long cols) {
    var values = new float[Math.toIntExact(rows * cols)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Buffer buffer = device.buffer(rows, cols);
    device.write(values, buffer);
    return buffer;
  }

  @Override
  public void close() {
    device.close();
    arena.close();
  }
}
