package io.gatun.jit;

import static io.gatun.jit.Emitter.ROWS;
import static io.gatun.jit.FloatEmitter.LANES;
import static io.gatun.jit.FloatEmitter.TILE;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Products of float weights with float activations on the mapped bytes, by assembled functions. Rows that do not fill a strip are
 * computed together with rows before them. Where there are none, where weights are on the heap, or where columns are no
 * multiple of eight, rows are copied and filled up with zeros. Stateless and thread-safe.
 */
final class JitFloatMatmul implements MatmulKernel<HostBuffer> {
  private static final long RESULTS = (long) ROWS * Float.BYTES;

  /** Strips whose weights stay in the second-level cache while they meet the activations. */
  private static final int STRIPS = 4;

  /** Columns of which a tile's activations stay in the first-level cache. */
  private static final long COLUMNS = 1024;

  private static final long SUMS = (long) STRIPS * TILE * ROWS * Emitter.VECTOR;

  private final FloatFormat format;
  private final Lazy<Functions> functions;

  JitFloatMatmul(FloatFormat format) {
    this.format = format;
    this.functions = new Lazy<>(() -> Functions.of(format));
  }

  /** The functions of {@link FloatEmitter} for a format, which stay for as long as the JVM runs. */
  private record Functions(MemorySegment one, MemorySegment tile, MemorySegment results) {

    static Functions of(FloatFormat format) {
      var codes = List.of(FloatEmitter.one(format), FloatEmitter.tile(format), FloatEmitter.results());
      List<MemorySegment> functions = new CodeArena(codes).functions();
      return new Functions(functions.get(0), functions.get(1), functions.get(2));
    }
  }

  /**
   * Some activation rows, and what the functions compute with.
   *
   * @param x address of the first row
   * @param stride bytes from row to row
   * @param cols a multiple of eight
   * @param memory the {@link Arguments}, then sums, and whatever is copied
   */
  private record Activations(long x, long stride, long cols, long count, MemorySegment memory) {}

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    HostMatrix w = product.w();
    long cols = (w.cols() + LANES - 1) / LANES * LANES;
    long copiedRows = Arguments.END + SUMS + product.count() * RESULTS;
    long copiedX = copiedRows + ROWS * cols * format.bytes;
    try {
      if (cols != w.cols()) {
        MemorySegment memory = scratch.block(copiedX + product.count() * cols * Float.BYTES);
        for (long i = 0; i < product.count(); i++) {
          copy(product.x().segment(), (product.firstX() + i) * w.cols(), w.cols(), Float.BYTES, memory, copiedX, i, cols);
        }
        long x = memory.address() + copiedX;
        copied(product, new Activations(x, cols * Float.BYTES, cols, product.count(), memory), from, to);
      } else {
        long stride = cols * Float.BYTES;
        long x = product.x().segment().address() + product.firstX() * stride;
        var activations = new Activations(x, stride, cols, product.count(), scratch.block(copiedX));
        if (to - from < ROWS || !w.bytes().isNative()) {
          copied(product, activations, from, to);
        } else {
          direct(product, activations, from, to);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** Copies a row of {@code cols} values to row {@code row} of {@code paddedCols} each, the rest of which become zero. */
  private static void copy(
      MemorySegment source, long first, long cols, int bytes, MemorySegment target, long start, long row, long paddedCols) {
    long at = start + row * paddedCols * bytes;
    MemorySegment.copy(source, first * bytes, target, at, cols * bytes);
    target.asSlice(at + cols * bytes, (paddedCols - cols) * bytes).fill((byte) 0);
  }

  private void direct(Product<HostBuffer> product, Activations x, long from, long to) {
    for (long row = from; row < to; row += (long) STRIPS * ROWS) {
      long strips = Math.min(STRIPS, (to - row) / ROWS);
      if (strips > 0) {
        strips(product, x, row, strips);
      }
      if (strips < STRIPS && row + strips * ROWS < to) {
        strips(product, x, to - ROWS, 1);
      }
    }
  }

  private void strips(Product<HostBuffer> product, Activations x, long row, long strips) {
    HostMatrix w = product.w();
    long stride = product.out().cols() * Float.BYTES;
    long weights = Weights.address(w, product.expert(), row, strips * ROWS);
    long out = product.out().segment().address() + product.firstOut() * stride + row * Float.BYTES;
    multiply(x, weights, w.rowBytes(), strips, out, stride);
  }

  /** One strip at a time, whose rows and results are in the memory. */
  private void copied(Product<HostBuffer> product, Activations x, long from, long to) {
    HostMatrix w = product.w();
    MemorySegment memory = x.memory();
    long results = Arguments.END + SUMS;
    long weights = results + x.count() * RESULTS;
    for (long row = from; row < to; row += ROWS) {
      long rows = Math.min(ROWS, to - row);
      for (long i = 0; i < rows; i++) {
        long first = w.rowOffset(product.expert(), row + i) / format.bytes;
        copy(w.bytes(), first, w.cols(), format.bytes, memory, weights, i, x.cols());
      }
      multiply(x, memory.address() + weights, x.cols() * format.bytes, 1, memory.address() + results, RESULTS);
      for (long i = 0; i < x.count(); i++) {
        long out = (product.firstOut() + i) * product.out().cols() + row;
        MemorySegment.copy(
            memory, results + i * RESULTS, product.out().segment(), out * Float.BYTES, rows * Float.BYTES);
      }
    }
  }

  /** At most {@link #STRIPS} strips. */
  private void multiply(Activations x, long weights, long rowBytes, long strips, long out, long outStride) {
    MemorySegment memory = x.memory();
    Functions code = functions.get();
    Arguments.set(memory, Arguments.ROW_BYTES, rowBytes);
    Arguments.set(memory, Arguments.X_STRIDE, x.stride());
    Arguments.set(memory, Arguments.OUT_STRIDE, outStride);
    if (x.count() < TILE) {
      for (long token = 0; token < x.count(); token++) {
        long row = x.x() + token * x.stride();
        Arguments.set(memory, Arguments.X_END, row + x.cols() * Float.BYTES);
        call(code.one(), memory, weights, strips, row, out + token * outStride);
      }
    } else {
      for (long token = 0; token < x.count(); token += TILE) {
        long first = Math.min(token, x.count() - TILE);
        tile(x, x.x() + first * x.stride(), weights, strips, out + first * outStride);
      }
    }
  }

  private void tile(Activations x, long row, long weights, long strips, long out) {
    MemorySegment memory = x.memory();
    Functions code = functions.get();
    long sums = memory.address() + Arguments.END;
    memory.asSlice(Arguments.END, strips * SUMS / STRIPS).fill((byte) 0);
    for (long column = 0; column < x.cols(); column += COLUMNS) {
      Arguments.set(memory, Arguments.COLUMNS, Math.min(COLUMNS, x.cols() - column));
      call(code.tile(), memory, weights + column * format.bytes, strips, row + column * Float.BYTES, sums);
    }
    call(code.results(), memory, weights, strips, sums, out);
  }

  private static void call(
      MemorySegment function, MemorySegment memory, long weights, long strips, long x, long out) {
    Arguments.set(memory, Arguments.WEIGHTS, weights);
    Arguments.set(memory, Arguments.STRIPS, strips);
    Arguments.set(memory, Arguments.X, x);
    Arguments.set(memory, Arguments.OUT, out);
    Calls.run(function, memory);
  }
}
