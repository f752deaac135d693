package io.gatun.jit;

import static io.gatun.jit.FloatEmitter.TILE;

import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.Scratch;
import io.gatun.tensors.FloatCodes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;

/**
 * Products of a matrix in planes with float activations, for AVX2. Codes of floats are multiplied on the mapped bytes for
 * few activation rows, and for more become a panel of floats; all else is decoded by its encoding. The bits are those
 * of {@link JitFloatMatmul} with the decoded matrix. Stateless and thread-safe.
 */
final class JitFloatPlanes implements MatmulKernel<HostBuffer> {
  /** Weight rows of a strip. */
  private static final int STRIP = 8;

  /** Weight rows that are decoded together, and bytes of their floats that stay in the second-level cache. */
  private static final int MOST_ROWS = FloatStrips.MOST * STRIP;

  private static final long PANEL_BYTES = 1 << 18;

  /** Scales above it overflow when they are multiplied by the largest factor of a format. */
  private static final float LARGEST_SCALE = 0x1p7f;

  private static final int VECTOR = 32;

  private final Optional<FloatCode> format;
  private final Lazy<Functions> functions;

  /** @param format of the codes; empty to have matrices decoded */
  JitFloatPlanes(Optional<FloatCode> format) {
    this.format = format;
    this.functions = new Lazy<>(() -> Functions.of(format.orElseThrow()));
  }

  /** Whether the codes of a matrix can be read where they are, in whole steps. */
  static boolean reads(HostMatrix w, FloatCodes codes) {
    int group = codes.groupLength();
    return group % FloatCode.STEP == 0 && w.cols() % group == 0 && w.planes().getFirst().isNative();
  }

  private record Functions(MemorySegment sums, MemorySegment results, MemorySegment panel, MemorySegment split) {

    static Functions of(FloatCode format) {
      var codes =
          List.of(
              FloatCodeEmitter.sums(format),
              FloatEmitter.results(1, Isa.AVX2),
              FloatCodeEmitter.panel(format),
              FloatCodeEmitter.split());
      List<MemorySegment> functions = new CodeArena(codes).functions();
      functions.forEach(function -> PerfMap.add(format.toString(), function));
      return new Functions(functions.get(0), functions.get(1), functions.get(2), functions.get(3));
    }
  }

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    try {
      var call = new Call(product, scratch);
      long end = format.isEmpty() ? from : from + (to - from) / STRIP * STRIP;
      int step = call.rowsOfPanel();
      for (long row = from; row < end; row += step) {
        call.coded(row, (int) Math.min(step, end - row));
      }
      if (from < end && end < to) {
        call.coded(to - STRIP, STRIP);
      } else {
        call.decoded(end, to);
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** A product, and where in a worker's memory its parts are. */
  private final class Call {
    private final Product<HostBuffer> product;
    private final HostMatrix w;
    private final Scratch scratch;
    private final MemorySegment memory;

    /** Columns, filled up to whole vectors. */
    private final long cols;

    private final long x;
    private final long results;
    private final long scales;
    private final long splitX;
    private final long panel;

    Call(Product<HostBuffer> product, Scratch scratch) {
      this.product = product;
      this.scratch = scratch;
      w = product.w();
      cols = (w.cols() + STRIP - 1) / STRIP * STRIP;
      long rowBytes = cols * Float.BYTES;
      results = FloatStrips.F32.end();
      scales = results + product.count() * VECTOR;
      splitX = scales + MOST_ROWS * rowBytes / FloatCode.STEP;
      panel = splitX + rowBytes;
      long filledX = panel + MOST_ROWS * rowBytes;
      boolean isWhole = cols == w.cols();
      memory = scratch.block(filledX + (isWhole ? 0 : product.count() * rowBytes));
      x = isWhole ? product.x().segment().address() + product.firstX() * rowBytes : memory.address() + filledX;
      for (long i = 0; !isWhole && i < product.count(); i++) {
        long source = (product.firstX() + i) * w.cols() * Float.BYTES;
        MemorySegment.copy(product.x().segment(), source, memory, filledX + i * rowBytes, w.cols() * Float.BYTES);
        clear(filledX + i * rowBytes);
      }
    }

    /** Clears the columns that a row was filled up with. */
    private void clear(long row) {
      memory.asSlice(row + w.cols() * Float.BYTES, (cols - w.cols()) * Float.BYTES).fill((byte) 0);
    }

    int rowsOfPanel() {
      return Math.clamp(PANEL_BYTES / (cols * Float.BYTES) / STRIP * STRIP, STRIP, MOST_ROWS);
    }

    /** Whole strips, from their codes. */
    void coded(long row, int rows) {
      FloatCode code = format.orElseThrow();
      FloatCodes codes = w.floatCodes().orElseThrow();
      if (!prepare(code, codes, row, rows)) {
        decoded(row, row + rows);
        return;
      }
      long outStride = product.out().cols() * Float.BYTES;
      long out = product.out().segment().address() + product.firstOut() * outStride + row * Float.BYTES;
      if (product.count() < TILE) {
        for (long token = 0; token < product.count(); token++) {
          sums(code, x + token * cols * Float.BYTES, row, rows, out + token * outStride);
        }
      } else {
        call(functions.get().panel(), codes(code, row, rows), rows, x, memory.address() + panel);
        long floats = memory.address() + panel;
        FloatStrips.F32.multiply(
            x, product.count(), cols, floats, cols * Float.BYTES, rows / STRIP, out, outStride, memory);
      }
      if (code.tellsNaN() && hasNaN()) {
        decoded(row, row + rows);
      }
    }

    /** Sets what all functions need to know of some rows; false if their scales are too large for it. */
    private boolean prepare(FloatCode code, FloatCodes codes, long row, int rows) {
      int groups = (int) (w.cols() / codes.groupLength());
      long inExpert = w.first() + row;
      boolean isShared = inExpert / codes.scaleRows() == (inExpert + rows - 1) / codes.scaleRows();
      int count = (isShared ? 1 : rows) * groups;
      float[] factors = scratch.scales(count);
      codes.scales(w.planes(), w.firstRow(product.expert()) + row, isShared ? 1 : rows, factors);
      if (code.factor() != 1) {
        for (int i = 0; i < count; i++) {
          if (!(Math.abs(factors[i]) < LARGEST_SCALE)) {
            return false;
          }
          factors[i] *= code.factor();
        }
      }
      MemorySegment.copy(factors, 0, memory, ValueLayout.JAVA_FLOAT, scales, count);
      Arguments.set(memory, Arguments.SCALES, memory.address() + scales);
      Arguments.set(memory, Arguments.SCALE_STRIDE, isShared ? 0 : (long) groups * Float.BYTES);
      Arguments.set(memory, Arguments.GROUPS, groups);
      Arguments.set(memory, Arguments.STEPS, codes.groupLength() / FloatCode.STEP);
      Arguments.set(memory, Arguments.ROW_BYTES, w.cols() / FloatCode.STEP * code.bytes());
      return true;
    }

    private long codes(FloatCode code, long row, int rows) {
      long rowBytes = w.cols() / FloatCode.STEP * code.bytes();
      return Weights.address(w.planes().getFirst(), (w.firstRow(product.expert()) + row) * rowBytes, rows * rowBytes);
    }

    private void sums(FloatCode code, long xRow, long row, int rows, long out) {
      long ordered = xRow;
      if (code.splitsPairs()) {
        ordered = memory.address() + splitX;
        Arguments.set(memory, Arguments.X_END, xRow + cols * Float.BYTES);
        call(functions.get().split(), 0, 1, xRow, ordered);
      }
      long sums = memory.address() + Arguments.END;
      call(functions.get().sums(), codes(code, row, rows), rows / FloatCodeEmitter.ROWS_OF_SUMS, ordered, sums);
      call(functions.get().results(), 0, rows / STRIP, sums, out);
    }

    /** Whether the last function met codes that are no numbers. */
    private boolean hasNaN() {
      for (long i = 0; i < VECTOR; i++) {
        if (memory.get(ValueLayout.JAVA_BYTE, Arguments.ROOM + i) == -1) {
          return true;
        }
      }
      return false;
    }

    private void call(MemorySegment function, long weights, long strips, long input, long output) {
      Arguments.set(memory, Arguments.WEIGHTS, weights);
      Arguments.set(memory, Arguments.STRIPS, strips);
      Arguments.set(memory, Arguments.X, input);
      Arguments.set(memory, Arguments.OUT, output);
      Calls.run(function, memory);
    }

    /** Any rows, by their encoding's own decoder. */
    void decoded(long from, long to) {
      int most = Math.max(STRIP, w.rowStep());
      float[] weights = scratch.weights(most * w.cols());
      for (long row = from; row < to; row += most) {
        int rows = (int) Math.min(most, to - row);
        w.decode(product.expert(), row, rows, weights);
        for (int first = 0; first < rows; first += STRIP) {
          decoded(row + first, Math.min(STRIP, rows - first), weights, first);
        }
      }
    }

    /** A strip; rows that are missing are whatever the memory holds, and so are their results. */
    private void decoded(long row, int rows, float[] weights, int first) {
      int width = (int) w.cols();
      for (int i = 0; i < rows; i++) {
        long target = panel + i * cols * Float.BYTES;
        MemorySegment.copy(weights, (first + i) * width, memory, ValueLayout.JAVA_FLOAT, target, width);
        clear(target);
      }
      long out = memory.address() + results;
      FloatStrips.F32.multiply(
          x, product.count(), cols, memory.address() + panel, cols * Float.BYTES, 1, out, VECTOR, memory);
      for (long i = 0; i < product.count(); i++) {
        long target = ((product.firstOut() + i) * product.out().cols() + row) * Float.BYTES;
        MemorySegment.copy(
            memory, results + i * VECTOR, product.out().segment(), target, (long) rows * Float.BYTES);
      }
    }
  }
}
