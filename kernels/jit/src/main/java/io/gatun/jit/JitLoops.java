package io.gatun.jit;

import static io.gatun.jit.LoopEmitter.LANES;

import io.gatun.cpu.rows.RowLoops;
import io.gatun.device.ActivationFunction;
import io.gatun.device.QuantizedRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Loops over values in machine code, the functions of {@link Loop}; what is left of a range, less than a vector, in plain
 * arithmetic where that is as good. They need no compiler, so that the first token does not wait for one. Thread-safe.
 */
final class JitLoops implements RowLoops {
  private static final MemorySegment MEMORY = everything();

  /** Values that stay in the first-level cache between two loops. */
  private static final long BLOCK = 1024;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  /** Values that a sum takes at a time. */
  private static final int GROUP = 2 * LANES;

  private final MemorySegment[] functions;

  /** @param functions the {@link #code}, loaded */
  JitLoops(List<MemorySegment> functions) {
    this.functions = functions.toArray(MemorySegment[]::new);
    Loop[] loops = Loop.values();
    for (int i = 0; i < loops.length; i++) {
      PerfMap.add(loops[i].name(), functions.get(i));
    }
  }

  /** The machine code of all functions. */
  static List<byte[]> code() {
    return Arrays.stream(Loop.values()).map(Loop::code).toList();
  }

  @SuppressWarnings("restricted") // the tier insists on --enable-native-access
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  private double run(Loop loop, float x, long a, long b, long c, long d, long e) {
    return run(loop, x, a, b, c, d, e, 0, 0, 0);
  }

  @SuppressWarnings("EnumOrdinal") // the functions are in this order
  private double run(Loop loop, float x, long a, long b, long c, long d, long e, long f, long g, long h) {
    return Calls.loop(functions[loop.ordinal()], x, a, b, c, d, e, f, g, h);
  }

  private static float get(long x, long i) {
    return MEMORY.get(FLOAT, x + i * Float.BYTES);
  }

  private static void set(long x, long i, float value) {
    MEMORY.set(FLOAT, x + i * Float.BYTES, value);
  }

  /** Values in whole vectors. */
  private static long whole(long count) {
    return count / LANES * LANES;
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public double sum(long x, long count) {
    long groups = count / GROUP;
    double total = groups > 0 ? run(Loop.SUM, 0, x, groups, 0, 0, 0) : 0;
    for (long i = groups * GROUP; i < count; i++) {
      total += get(x, i);
    }
    return total;
  }

  @Override
  public double squares(long x, long count) {
    long groups = count / GROUP;
    double total = groups > 0 ? run(Loop.SQUARES, 0, x, groups, 0, 0, 0) : 0;
    for (long i = groups * GROUP; i < count; i++) {
      double value = get(x, i);
      total += value * value;
    }
    return total;
  }

  @Override
  public void add(long x, long y, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.ADD, 0, x, y, whole / LANES, 0, 0);
    }
    for (long i = whole; i < count; i++) {
      set(x, i, get(x, i) + get(y, i));
    }
  }

  @Override
  public void multiplyAdd(long x, long y, long target, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.MULTIPLY_ADD, 0, x, y, target, whole / LANES, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, Math.fma(get(x, i), get(y, i), get(target, i)));
    }
  }

  @Override
  public void subtract(long x, float mean, long target, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.SUBTRACT, mean, x, target, whole / LANES, 0, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, get(x, i) - mean);
    }
  }

  @Override
  public void scale(long x, float factor, long target, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.SCALE, factor, x, target, whole / LANES, 0, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, get(x, i) * factor);
    }
  }

  @Override
  public void scale(long x, float factor, long gain, long target, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.GAIN, factor, x, gain, target, whole / LANES, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, get(x, i) * factor * get(gain, i));
    }
  }

  @Override
  public void divide(long x, float divisor, long target, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.DIVIDE, divisor, x, target, whole / LANES, 0, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, get(x, i) / divisor);
    }
  }

  @Override
  public void gate(long gate, long up, ActivationFunction f, long count) {
    if (f == ActivationFunction.SILU) {
      inPlace(Loop.SILU_GATE, 0, gate, up, count);
      return;
    }
    Loop gating = f == ActivationFunction.SILU_CLAMPED ? Loop.MULTIPLY_CLAMPED : Loop.MULTIPLY;
    for (long i = 0; i < count; i += BLOCK) {
      long length = Math.min(BLOCK, count - i);
      long at = i * Float.BYTES;
      activate(gate + at, f, length);
      inPlace(gating, 0, gate + at, up + at, length);
    }
  }

  @Override
  public void activate(long x, ActivationFunction f, long count) {
    switch (f) {
      case SILU -> inPlace(Loop.SILU, 0, x, x, count);
      case GELU -> inPlace(Loop.GELU, 0, x, x, count);
      case RELU_SQUARED -> inPlace(Loop.RELU_SQUARED, 0, x, x, count);
      case RELU -> inPlace(Loop.RELU, 0, x, x, count);
      case SOFTPLUS -> softplus(x, count);
      case SIGMOID -> inPlace(Loop.SIGMOID, 0, x, x, count);
      case IDENTITY -> {}
      case SILU_CLAMPED -> inPlace(Loop.SILU_CLAMPED, 0, x, x, count);
    }
  }

  /** In double, value by value: few are computed. */
  private static void softplus(long x, long count) {
    for (long i = 0; i < count; i++) {
      double value = get(x, i);
      set(x, i, (float) (Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)))));
    }
  }

  @Override
  public void softcap(long x, float cap, long count) {
    inPlace(Loop.SOFTCAP, cap, x, x, count);
  }

  /** A loop that changes values one by one, with others beside them if it takes any. */
  private void inPlace(Loop loop, float constant, long x, long y, long count) {
    long whole = whole(count);
    if (whole > 0) {
      run(loop, constant, x, y, whole / LANES, 0, 0);
    }
    if (whole < count) {
      elsewhere(loop, constant, x + whole * Float.BYTES, y + whole * Float.BYTES, (count - whole) * Float.BYTES);
    }
  }

  /** Fewer values than a vector has, in a vector elsewhere. */
  private void elsewhere(Loop loop, float constant, long x, long y, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = arena.allocate(2L * LANES * Float.BYTES);
      long second = LANES * Float.BYTES;
      MemorySegment.copy(MEMORY, x, vectors, 0, bytes);
      MemorySegment.copy(MEMORY, y, vectors, second, bytes);
      run(loop, constant, vectors.address(), vectors.address() + second, 1, 0, 0);
      MemorySegment.copy(vectors, 0, MEMORY, x, bytes);
    }
  }

  @Override
  public void slope(long x, float slope, int distance, long count) {
    if (count > 0) {
      run(Loop.SLOPE, slope, x, distance, (count + LANES - 1) / LANES, 0, 0);
    }
  }

  @Override
  public float largest(long x, float least, long count) {
    return count > 0 ? (float) run(Loop.LARGEST, least, x, count / LANES, 0, 0, 0) : least;
  }

  @Override
  public void exponentials(long x, float max, long count) {
    if (count > 0) {
      run(Loop.EXPONENTIALS, max, x, count / LANES, 0, 0, 0);
    }
  }

  @Override
  public float exponential(float x) {
    return (float) run(Loop.EXPONENTIAL, x, 0, 0, 0, 0, 0);
  }

  @Override
  public void softpluses(long x, long count) {
    if (count > 0) {
      run(Loop.SOFTPLUS, 0, x, count / LANES, 0, 0, 0);
    }
  }

  @Override
  public void rotateHalves(long x, int pairs, long cosines, long sines) {
    long second = x + (long) pairs * Float.BYTES;
    long whole = whole(pairs);
    if (whole > 0) {
      run(Loop.ROTATE_HALVES, 0, x, second, cosines, sines, whole / LANES);
    }
    for (long i = whole; i < pairs; i++) {
      float a = get(x, i);
      float b = get(second, i);
      float cos = get(cosines, i);
      float sin = get(sines, i);
      set(x, i, Math.fma(a, cos, -(b * sin)));
      set(second, i, Math.fma(b, cos, a * sin));
    }
  }

  @Override
  public void rotateAdjacent(long x, int count, long doubled, long signed) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.ROTATE_ADJACENT, 0, x, doubled, signed, whole / LANES, 0);
    }
    for (long i = whole; i < count; i += 2) {
      float a = get(x, i);
      float b = get(x, i + 1);
      set(x, i, Math.fma(a, get(doubled, i), b * get(signed, i)));
      set(x, i + 1, Math.fma(b, get(doubled, i + 1), a * get(signed, i + 1)));
    }
  }

  @Override
  public void decodeHalves(long halves, long target, int count) {
    long whole = whole(count);
    if (whole > 0) {
      run(Loop.HALVES, 0, halves, target, whole / LANES, 0, 0);
    }
    for (long i = whole; i < count; i++) {
      set(target, i, Float.float16ToFloat(MEMORY.get(SHORT, halves + i * Short.BYTES)));
    }
  }

  @Override
  public void decodeKeys(long codes, long scales, int count, long target) {
    if (count > 0) {
      run(Loop.KEYS, 0, codes, scales, target, count, 0);
    }
  }

  @Override
  public void decodeValue(long codes, long scales, int dim, long target) {
    int runs = dim / QuantizedRows.RUN;
    if (runs > 0) {
      run(Loop.VALUE, 0, codes, scales, target, runs, 0);
    }
    for (int i = runs * QuantizedRows.RUN; i < dim; i++) {
      float scale = Float.float16ToFloat(MEMORY.get(SHORT, scales + (long) runs * Short.BYTES));
      set(target, i, scale * MEMORY.get(ValueLayout.JAVA_BYTE, codes + i));
    }
  }

  @Override
  public void quantize(long values, int runs, long codes, long scales, long sums) {
    if (runs > 0) {
      run(Loop.QUANTIZE, 0, values, runs, codes, scales, sums);
    }
  }

  @Override
  public void four(long a, long aStride, long m, long step, long second, int count, long out, long outStride) {
    if (count > 0) {
      run(Loop.FOUR, 0, a, aStride, m, step, second, count, out, outStride);
    }
  }

  @Override
  public void one(long a, long m, long step, long second, long third, long fourth, int count, long out) {
    if (count > 0) {
      run(Loop.ONE, 0, a, m, step, second, third, fourth, count, out);
    }
  }

  @Override
  public void pair(long a, long m, long step, long second, int count, long out) {
    if (count > 0) {
      run(Loop.PAIR, 0, a, m, step, second, count, out, 0, 0);
    }
  }

  @Override
  public void recur(long decay, long write, long read, long state, long step, int count, long values) {
    run(Loop.RECUR, 0, decay, write, read, state, step, count, values, 0);
  }

  @Override
  public void select(long rate, long span, long write, long read, long state, long step, int count, long values) {
    run(Loop.SELECT, 0, rate, span, write, read, state, step, count, values);
  }
}
