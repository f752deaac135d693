package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.COUNT;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.device.HostBuffer;

/** Norms of the root mean square, and of mean and variance; summed as in {@link Sums}. */
final class Norms {

  private Norms() {}

  static void rms(HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long length = gain.cols();
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long offset = run * length * Float.BYTES;
      long source = x.segment().address() + offset;
      float factor = (float) (1 / Math.sqrt(Sums.squares(source, length) / length + eps));
      scale(source, factor, gain.segment().address(), out.segment().address() + offset, length);
    }
  }

  static void layer(HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long start = run * length;
      long target = out.segment().address() + start * Float.BYTES;
      long source = x.segment().address() + start * Float.BYTES;
      subtract(source, (float) (Sums.of(source, length) / length), target, length);
      float factor = (float) (1 / Math.sqrt(Sums.squares(target, length) / length + eps));
      scale(target, factor, gain.segment().address() + start % gain.cols() * Float.BYTES, target, length);
    }
  }

  /** {@code target[i] = x[i] − mean}. */
  private static void subtract(long x, float mean, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).sub(mean), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) - mean);
    }
  }

  /** {@code target[i] = x[i] · factor · gain[i]}. */
  private static void scale(long x, float factor, long gain, long target, long count) {
    long i = 0;
    for (; i <= count - COUNT; i += COUNT) {
      long at = i * Float.BYTES;
      Lanes.put(Lanes.floats(x + at).mul(factor).mul(Lanes.floats(gain + at)), target + at);
    }
    for (; i < count; i++) {
      long at = i * Float.BYTES;
      MEMORY.set(FLOAT, target + at, MEMORY.get(FLOAT, x + at) * factor * MEMORY.get(FLOAT, gain + at));
    }
  }
}
