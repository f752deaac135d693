package io.gatun.jit;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Products of float weights with float activations on the mapped bytes, by assembled functions. Rows that do not fill a
 * strip are computed together with rows before them. Where there are none, where weights are on the heap, where columns
 * are no multiple of a vector's, or where weights are rounded, rows are copied and filled up with zeros. Stateless and
 * thread-safe.
 */
final class JitFloatMatmul implements MatmulKernel<HostBuffer> {
  /** How weights are stored, and how they are multiplied. */
  private final FloatFormat stored;

  private final FloatFormat format;
  private final FloatStrips strips;

  /** Weight rows of a strip. */
  private final int rows;

  /** Columns of a vector. */
  private final int vectorColumns;

  /** Bytes of a strip's results. */
  private final long resultBytes;

  JitFloatMatmul(FloatFormat format, Isa isa) {
    this(format, format, isa);
  }

  /** Products of weights and activations that are both rounded to bf16. */
  static JitFloatMatmul rounding(FloatFormat stored, Isa isa) {
    return new JitFloatMatmul(stored, FloatFormat.BF16_PAIRS, isa);
  }

  private JitFloatMatmul(FloatFormat stored, FloatFormat format, Isa isa) {
    this.stored = stored;
    this.format = format;
    this.strips = new FloatStrips(format, isa);
    this.rows = isa.lanes();
    this.vectorColumns = format.columns(isa);
    this.resultBytes = isa.bytes();
  }

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    HostMatrix w = product.w();
    long cols = columns(w);
    boolean isWhole = cols == w.cols();
    boolean copiesX = !isWhole || roundsActivations();
    long copiedX = weights(product) + rows * cols * stored.bytes;
    try {
      MemorySegment memory = scratch.block(copiedX + (copiesX ? product.count() * cols * Float.BYTES : 0));
      long x = product.x().segment().address() + product.firstX() * cols * Float.BYTES;
      if (copiesX) {
        x = memory.address() + copiedX;
        for (long i = 0; i < product.count(); i++) {
          long at = copiedX + i * cols * Float.BYTES;
          copy(product.x().segment(), (product.firstX() + i) * w.cols(), w.cols(), Float.BYTES, memory, at, cols);
        }
      }
      if (roundsActivations()) {
        Rounding.inPlace(FloatFormat.F32, memory, x, product.count() * cols);
      }
      if (isWhole && !roundsWeights() && to - from >= rows && w.bytes().isNative()) {
        direct(product, x, from, to, memory);
      } else {
        copied(product, x, from, to, memory);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  private boolean roundsActivations() {
    return format == FloatFormat.BF16_PAIRS;
  }

  private boolean roundsWeights() {
    return roundsActivations() && stored != FloatFormat.BF16;
  }

  /** Columns that are multiplied. */
  private long columns(HostMatrix w) {
    return (w.cols() + vectorColumns - 1) / vectorColumns * vectorColumns;
  }

  /** Where rows are copied to in a worker's memory: behind the arguments, sums and results. */
  private long weights(Product<HostBuffer> product) {
    return strips.end() + product.count() * resultBytes;
  }

  /** Copies a row of {@code count} values, and fills it up with zeros to {@code filled}. */
  private static void copy(
      MemorySegment source, long first, long count, int bytes, MemorySegment target, long at, long filled) {
    MemorySegment.copy(source, first * bytes, target, at, count * bytes);
    target.asSlice(at + count * bytes, (filled - count) * bytes).fill((byte) 0);
  }

  /** @param x address of the first activation row as it is multiplied; the others follow without gaps */
  private void direct(Product<HostBuffer> product, long x, long from, long to, MemorySegment memory) {
    long end = from + (to - from) / rows * rows;
    for (long row = from; row < end; row += (long) FloatStrips.MOST * rows) {
      strips(product, x, row, Math.min(FloatStrips.MOST, (end - row) / rows), memory);
    }
    if (end < to) {
      strips(product, x, to - rows, 1, memory);
    }
  }

  private void strips(Product<HostBuffer> product, long x, long row, long count, MemorySegment memory) {
    HostMatrix w = product.w();
    long stride = product.out().cols() * Float.BYTES;
    long weights = Weights.address(w, product.expert(), row, count * rows);
    long out = product.out().segment().address() + product.firstOut() * stride + row * Float.BYTES;
    strips.multiply(x, product.count(), columns(w), weights, w.rowBytes(), count, out, stride, memory);
  }

  /** One strip at a time, whose rows and results are in the memory. */
  private void copied(Product<HostBuffer> product, long x, long from, long to, MemorySegment memory) {
    HostMatrix w = product.w();
    long results = strips.end();
    long weights = weights(product);
    long rowBytes = columns(w) * format.bytes;
    for (long row = from; row < to; row += rows) {
      long some = Math.min(rows, to - row);
      for (long i = 0; i < some; i++) {
        long first = w.rowOffset(product.expert(), row + i) / stored.bytes;
        copy(w.bytes(), first, w.cols(), stored.bytes, memory, weights + i * rowBytes, columns(w));
      }
      if (roundsWeights()) {
        Rounding.inPlace(stored, memory, memory.address() + weights, rows * columns(w));
      }
      long out = memory.address() + results;
      strips.multiply(
          x, product.count(), columns(w), memory.address() + weights, rowBytes, 1, out, resultBytes, memory);
      for (long i = 0; i < product.count(); i++) {
        long target = ((product.firstOut() + i) * product.out().cols() + row) * Float.BYTES;
        MemorySegment.copy(memory, results + i * resultBytes, product.out().segment(), target, some * Float.BYTES);
      }
    }
  }

  /** Functions that round floats to bf16, which stay for as long as the JVM runs. */
  private static final class Rounding {
    private static final List<FloatFormat> FORMATS = List.of(FloatFormat.F32, FloatFormat.F16);
    private static final List<MemorySegment> FUNCTIONS =
        new CodeArena(FORMATS.stream().map(format -> FloatEmitter.rounding(format, Isa.AVX512BF16)).toList()).functions();

    private Rounding() {}

    /**
     * Rounds values where they lie.
     *
     * @param arguments a worker's memory
     * @param count a multiple of a vector's columns
     */
    static void inPlace(FloatFormat format, MemorySegment arguments, long address, long count) {
      Arguments.set(arguments, Arguments.X, address);
      Arguments.set(arguments, Arguments.OUT, address);
      Arguments.set(arguments, Arguments.COLUMNS, count);
      Calls.run(FUNCTIONS.get(FORMATS.indexOf(format)), arguments);
    }
  }
}
