package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.ORDER;

import io.gatun.device.ActivationFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Activation functions of single values: the same function of a value wherever it stands, so that ranges may be cut
 * anywhere. Addresses are of floats. Each function has loops of its own, so that its vectors stay in registers.
 */
final class Activations {
  /** Values that stay in the first-level cache between two loops. */
  private static final long BLOCK = 1024;

  private static final float CUBE = 0.044715f;
  private static final float TWO_ROOT = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float CLAMPED_SLOPE = 1.702f;
  private static final float LIMIT = 7;

  private Activations() {}

  /** {@code gate[i] = f(gate[i]) · up[i]}. */
  static void gate(long gate, long up, ActivationFunction f, long count) {
    if (f == ActivationFunction.SILU) {
      silu(gate, up, count);
      return;
    }
    for (long i = 0; i < count; i += BLOCK) {
      long length = Math.min(BLOCK, count - i);
      long at = gate + i * Float.BYTES;
      apply(at, f, length);
      switch (f) {
        case SILU, GELU, RELU_SQUARED, RELU, SOFTPLUS, SIGMOID, IDENTITY ->
            Elements.multiply(at, up + i * Float.BYTES, at, length);
        case SILU_CLAMPED -> multiplyClamped(at, up + i * Float.BYTES, length);
      }
    }
  }

  /** {@code x[i] = f(x[i])}. */
  static void apply(long x, ActivationFunction f, long count) {
    switch (f) {
      case SILU -> silu(x, count);
      case GELU -> gelu(x, count);
      case RELU_SQUARED -> reluSquared(x, count);
      case RELU -> relu(x, count);
      case SOFTPLUS -> softplus(x, count);
      case SIGMOID -> sigmoid(x, count);
      case IDENTITY -> {}
      case SILU_CLAMPED -> siluClamped(x, count);
    }
  }

  private static void silu(long gate, long up, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(logistic(Lanes.floats(gate + at), 1).mul(Lanes.floats(up + at)), gate + at);
    }
    if (i < count) {
      long at = i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      FloatVector u = FloatVector.fromMemorySegment(FLOATS, MEMORY, up + at, ORDER, rest);
      logistic(load(gate + at, rest), 1).mul(u).intoMemorySegment(MEMORY, gate + at, ORDER, rest);
    }
  }

  private static void silu(long x, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(logistic(Lanes.floats(at), 1), at);
    }
    if (i < count) {
      long at = x + i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      logistic(load(at, rest), 1).intoMemorySegment(MEMORY, at, ORDER, rest);
    }
  }

  private static void gelu(long x, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(gelu(Lanes.floats(at)), at);
    }
    if (i < count) {
      long at = x + i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      gelu(load(at, rest)).intoMemorySegment(MEMORY, at, ORDER, rest);
    }
  }

  private static FloatVector gelu(FloatVector x) {
    FloatVector u = x.mul(x).mul(x).mul(CUBE).add(x).mul(-TWO_ROOT);
    return x.div(Exponential.of(u).add(1));
  }

  private static void reluSquared(long x, long count) {
    for (long i = 0; i < count; i++) {
      float positive = Math.max(MEMORY.get(FLOAT, x + i * Float.BYTES), 0);
      MEMORY.set(FLOAT, x + i * Float.BYTES, positive * positive);
    }
  }

  private static void relu(long x, long count) {
    for (long i = 0; i < count; i++) {
      MEMORY.set(FLOAT, x + i * Float.BYTES, Math.max(MEMORY.get(FLOAT, x + i * Float.BYTES), 0));
    }
  }

  private static void softplus(long x, long count) {
    for (long i = 0; i < count; i++) {
      double value = MEMORY.get(FLOAT, x + i * Float.BYTES);
      double rest = Math.log1p(Math.exp(-Math.abs(value)));
      MEMORY.set(FLOAT, x + i * Float.BYTES, (float) (Math.max(value, 0) + rest));
    }
  }

  private static void sigmoid(long x, long count) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(one.div(Exponential.of(Lanes.floats(at).neg()).add(1)), at);
    }
    if (i < count) {
      long at = x + i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      one.div(Exponential.of(load(at, rest).neg()).add(1)).intoMemorySegment(MEMORY, at, ORDER, rest);
    }
  }

  private static void siluClamped(long x, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = x + i * Float.BYTES;
      Lanes.put(logistic(Lanes.floats(at).min(LIMIT), CLAMPED_SLOPE), at);
    }
    if (i < count) {
      long at = x + i * Float.BYTES;
      VectorMask<Float> rest = FLOATS.indexInRange(i, count);
      logistic(load(at, rest).min(LIMIT), CLAMPED_SLOPE).intoMemorySegment(MEMORY, at, ORDER, rest);
    }
  }

  /** {@code x[i] *= min(max(up[i], −7), 7) + 1}. */
  private static void multiplyClamped(long x, long up, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(up + at).max(-LIMIT).min(LIMIT).add(1).mul(Lanes.floats(x + at)), x + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      float factor = Math.min(Math.max(MEMORY.get(FLOAT, up + at), -LIMIT), LIMIT) + 1;
      MEMORY.set(FLOAT, x + at, factor * MEMORY.get(FLOAT, x + at));
    }
  }

  /** {@code x / (1 + e^(−slope · x))}. */
  private static FloatVector logistic(FloatVector x, float slope) {
    return x.div(Exponential.of(x.mul(-slope)).add(1));
  }

  private static FloatVector load(long address, VectorMask<Float> rest) {
    return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, rest);
  }
}
