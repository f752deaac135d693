package io.gatun.jit;

import static io.gatun.jit.FloatEmitter.TILE;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The functions of {@link FloatEmitter} for a format, and how they are called. Stateless and thread-safe. */
final class FloatStrips {
  /** Strips whose weights stay in the second-level cache while they meet the activations. */
  static final int MOST = 4;

  /** Those of float32 for AVX2, which panels of floats are multiplied by. */
  static final FloatStrips F32 = new FloatStrips(FloatFormat.F32, Isa.AVX2);

  /** Columns of which a tile's activations stay in the first-level cache. */
  private static final long COLUMNS = 1024;

  private final FloatFormat format;
  private final Lazy<Functions> functions;

  /** Bytes of all sums. */
  private final long sumBytes;

  FloatStrips(FloatFormat format, Isa isa) {
    this.format = format;
    this.functions = new Lazy<>(() -> Functions.of(format, isa));
    this.sumBytes = (long) MOST * TILE * isa.lanes() * isa.bytes();
  }

  /**
   * The functions of {@link FloatEmitter} for a format, which stay for as long as the JVM runs.
   *
   * @param first a tile's first columns
   * @param further columns
   */
  private record Functions(MemorySegment one, MemorySegment first, MemorySegment further, MemorySegment results) {

    static Functions of(FloatFormat format, Isa isa) {
      var codes =
          List.of(
              FloatEmitter.one(format, isa),
              FloatEmitter.tile(format, true, isa),
              FloatEmitter.tile(format, false, isa),
              FloatEmitter.results(TILE, isa));
      List<MemorySegment> functions = new CodeArena(codes).functions();
      functions.forEach(function -> PerfMap.add(format.name(), function));
      return new Functions(functions.get(0), functions.get(1), functions.get(2), functions.get(3));
    }
  }

  /** Bytes of a worker's memory that the functions use: arguments and sums. */
  long end() {
    return Arguments.END + sumBytes;
  }

  /**
   * Multiplies strips, at most {@link #MOST}.
   *
   * @param x address of the first activation row as it is multiplied; the others follow without gaps
   * @param cols a multiple of a vector's lanes
   * @param memory whose begin the functions use, up to {@link #end}
   */
  void multiply(
      long x,
      long count,
      long cols,
      long weights,
      long rowBytes,
      long strips,
      long out,
      long outStride,
      MemorySegment memory) {
    long stride = cols * format.xBytes;
    Functions code = functions.get();
    Arguments.set(memory, Arguments.ROW_BYTES, rowBytes);
    Arguments.set(memory, Arguments.X_STRIDE, stride);
    Arguments.set(memory, Arguments.OUT_STRIDE, outStride);
    if (count < TILE) {
      for (long token = 0; token < count; token++) {
        long row = x + token * stride;
        Arguments.set(memory, Arguments.X_END, row + stride);
        call(code.one(), memory, weights, strips, row, out + token * outStride);
      }
    } else {
      for (long token = 0; token < count; token += TILE) {
        long first = Math.min(token, count - TILE);
        tile(code, x + first * stride, cols, weights, strips, out + first * outStride, memory);
      }
    }
  }

  private void tile(
      Functions code, long x, long cols, long weights, long strips, long out, MemorySegment memory) {
    long sums = memory.address() + Arguments.END;
    for (long column = 0; column < cols; column += COLUMNS) {
      Arguments.set(memory, Arguments.COLUMNS, Math.min(COLUMNS, cols - column));
      MemorySegment function = column == 0 ? code.first() : code.further();
      call(function, memory, weights + column * format.bytes, strips, x + column * format.xBytes, sums);
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
