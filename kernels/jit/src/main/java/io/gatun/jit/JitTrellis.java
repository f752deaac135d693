package io.gatun.jit;

import static io.gatun.jit.HadamardEmitter.BLOCK;
import static io.gatun.jit.TrellisEmitter.TILE;

import io.gatun.cpu.rows.RowLoops;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostMatrix;
import io.gatun.device.MatmulKernel;
import io.gatun.device.Product;
import io.gatun.device.RotationFactor;
import io.gatun.device.Scratch;
import io.gatun.tensors.Exl3Encoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Products of a matrix of an {@link Exl3Encoding} with float activations, for AVX2: {@code y = H(H(x ∘ suh) · Ŵ) ∘
 * svh}. One activation row is multiplied while tiles are decoded, for more they become a panel of floats; both have the
 * same bits. Stateless and thread-safe.
 */
final class JitTrellis implements MatmulKernel<HostBuffer> {
  /** Weight rows that a worker had better be given, as it rotates all activations for each share. */
  private static final long ROWS_TOGETHER = 2 * BLOCK;

  /** Weight rows of a panel: as many as stay in the second-level cache, in whole tiles. */
  private static final int MOST_ROWS = FloatStrips.MOST * Emitter.ROWS;

  private static final long PANEL_BYTES = 1 << 18;

  /** Bytes of the sums of a block of weight rows, and of its results for an activation row. */
  private static final long SUM_BYTES = (long) BLOCK * Emitter.VECTOR;

  private static final long OUT_BYTES = (long) BLOCK * Float.BYTES;

  private final TrellisCode format;
  private final MatmulKernel<HostBuffer> decoded;
  private final Lazy<Functions> functions;

  /** @param decoded multiplies by the decoded matrix, for activations that cannot be rotated */
  JitTrellis(TrellisCode format, MatmulKernel<HostBuffer> decoded) {
    this.format = format;
    this.decoded = decoded;
    this.functions = new Lazy<>(() -> Functions.of(format));
  }

  /** What there is code for of an encoding. */
  static TrellisCode format(Exl3Encoding encoding) {
    return new TrellisCode(encoding.bits(), encoding.codebook());
  }

  private record Functions(
      MemorySegment sums, MemorySegment results, MemorySegment panel, MemorySegment before, MemorySegment behind) {

    static Functions of(TrellisCode format) {
      var codes =
          List.of(
              TrellisEmitter.sums(format),
              FloatEmitter.results(1, Isa.AVX2),
              TrellisEmitter.panel(format),
              HadamardEmitter.activations(),
              HadamardEmitter.results());
      List<MemorySegment> functions = new CodeArena(codes).functions();
      functions.forEach(function -> PerfMap.add(format.toString(), function));
      return new Functions(functions.get(0), functions.get(1), functions.get(2), functions.get(3), functions.get(4));
    }
  }

  @Override
  public long rowsTogether(long count) {
    return ROWS_TOGETHER;
  }

  @Override
  public void run(Product<HostBuffer> product, long from, long to, Scratch scratch) {
    if (from == to) {
      return;
    }
    try {
      var call = new Call(product, scratch);
      call.rotate();
      long base = product.w().firstRow(product.expert());
      for (long block = (base + from) / BLOCK * BLOCK; block < base + to; block += BLOCK) {
        call.multiply(block);
        call.store(block, base + from, base + to);
      }
      for (int token = 0; token < product.count(); token++) {
        if (call.factorOf[token] == RotationFactor.NONE) {
          decoded.run(product.token(token), from, to, scratch);
        }
      }
    } finally {
      Reference.reachabilityFence(scratch); // whose block is used by its address
    }
  }

  /** A product, and where in a worker's memory its parts are. */
  private final class Call {
    private final Product<HostBuffer> product;
    private final HostMatrix w;
    private final Exl3Encoding encoding;
    private final MemorySegment memory;
    private final int cols;
    private final float[] factorOf;

    /** Bytes from the tiles of some columns to those of the next ones. */
    private final long tileStride;

    private final long sums;
    private final long results;
    private final long factors;
    private final long panel;
    private final long x;

    Call(Product<HostBuffer> product, Scratch scratch) {
      this.product = product;
      w = product.w();
      encoding = (Exl3Encoding) w.encoding();
      cols = (int) w.cols();
      factorOf = scratch.xScales(product.count());
      tileStride = (long) encoding.outputFactors().length / TILE * format.tileBytes();
      long rowBytes = (long) cols * Float.BYTES;
      sums = FloatStrips.F32.end();
      results = sums + SUM_BYTES;
      factors = results + product.count() * OUT_BYTES;
      panel = factors + Math.max(rowBytes, OUT_BYTES);
      x = panel + panelRows() * rowBytes;
      memory = scratch.block(x + product.count() * rowBytes);
    }

    private int panelRows() {
      return Math.clamp(PANEL_BYTES / ((long) cols * Float.BYTES) / TILE * TILE, TILE, MOST_ROWS);
    }

    /** Brings activations behind their rotation, and into the order of panels. */
    void rotate() {
      RowLoops loops = JitTier.loops();
      long rowBytes = (long) cols * Float.BYTES;
      MemorySegment.copy(encoding.inputFactors(), 0, memory, ValueLayout.JAVA_FLOAT, factors, cols);
      for (int token = 0; token < product.count(); token++) {
        long source = product.x().segment().address() + (product.firstX() + token) * rowBytes;
        long target = memory.address() + x + token * rowBytes;
        double squares = loops.squares(source, cols);
        boolean isUsual = squares > RotationFactor.LEAST_SQUARES && squares < RotationFactor.MOST_SQUARES;
        factorOf[token] = isUsual ? 1 : RotationFactor.of(product.x(), product.firstX() + token);
        if (factorOf[token] != 1) {
          loops.scale(source, factorOf[token], target, cols);
          source = target;
        }
        rotate(functions.get().before(), source, target, cols / BLOCK, OUT_BYTES);
      }
    }

    /** @param stride bytes from a block's factors to the next one's */
    private void rotate(MemorySegment function, long source, long target, long blocks, long stride) {
      Arguments.set(memory, Arguments.SCALES, memory.address() + factors);
      Arguments.set(memory, Arguments.SCALE_STRIDE, stride);
      Arguments.set(memory, Arguments.STEPS, blocks);
      call(function, 0, source, target);
    }

    /** All results of a block of weight rows. */
    void multiply(long block) {
      long first = Weights.address(w.planes().getFirst(), 0, cols / TILE * tileStride);
      long weights = first + block / TILE * format.tileBytes();
      Arguments.set(memory, Arguments.ROW_BYTES, tileStride);
      Arguments.set(memory, Arguments.STEPS, cols / (2 * TILE));
      if (product.count() == 1) {
        memory.asSlice(sums, SUM_BYTES).fill((byte) 0);
        call(functions.get().sums(), weights, memory.address() + x, memory.address() + sums);
        Arguments.set(memory, Arguments.STRIPS, BLOCK / Emitter.ROWS);
        call(functions.get().results(), 0, memory.address() + sums, memory.address() + results);
      } else {
        int step = panelRows();
        for (int row = 0; row < BLOCK; row += step) {
          panel(weights + (long) row / TILE * format.tileBytes(), row, Math.min(step, BLOCK - row));
        }
      }
      MemorySegment.copy(encoding.outputFactors(), (int) block, memory, ValueLayout.JAVA_FLOAT, factors, BLOCK);
      long out = memory.address() + results;
      rotate(functions.get().behind(), out, out, product.count(), 0);
    }

    private void panel(long weights, int row, int rows) {
      long rowBytes = (long) cols * Float.BYTES;
      Arguments.set(memory, Arguments.ROW_BYTES, tileStride);
      Arguments.set(memory, Arguments.OUT_STRIDE, rowBytes);
      Arguments.set(memory, Arguments.STRIPS, rows / TILE);
      Arguments.set(memory, Arguments.STEPS, cols / (2 * TILE));
      call(functions.get().panel(), weights, 0, memory.address() + panel);
      FloatStrips.F32.multiply(
          memory.address() + x,
          product.count(),
          cols,
          memory.address() + panel,
          rowBytes,
          rows / Emitter.ROWS,
          memory.address() + results + (long) row * Float.BYTES,
          OUT_BYTES,
          memory);
    }

    private void call(MemorySegment function, long weights, long input, long output) {
      Arguments.set(memory, Arguments.WEIGHTS, weights);
      Arguments.set(memory, Arguments.X, input);
      Arguments.set(memory, Arguments.OUT, output);
      Calls.run(function, memory);
    }

    /** Keeps those results of a block that were asked for. */
    void store(long block, long from, long to) {
      long first = Math.max(block, from);
      long count = Math.min(block + BLOCK, to) - first;
      HostBuffer out = product.out();
      for (int token = 0; token < product.count(); token++) {
        long row = (product.firstOut() + token) * out.cols() + first - w.firstRow(product.expert());
        long source = results + token * OUT_BYTES + (first - block) * Float.BYTES;
        MemorySegment.copy(memory, source, out.segment(), row * Float.BYTES, count * Float.BYTES);
        if (factorOf[token] != 1) {
          long target = out.segment().address() + row * Float.BYTES;
          JitTier.loops().divide(target, factorOf[token], target, count);
        }
      }
    }
  }
}
