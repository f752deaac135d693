package io.gatun.cpu.rows;


import io.gatun.device.HostBuffer;

/** Norms of the root mean square, and of mean and variance; summed as in {@link RowLoops}. */
final class Norms {

  private Norms() {}

  static void rms(RowLoops loops, HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long length = gain.cols();
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long offset = run * length * Float.BYTES;
      long source = x.segment().address() + offset;
      float factor = (float) (1 / Math.sqrt(loops.squares(source, length) / length + eps));
      loops.scale(source, factor, gain.segment().address(), out.segment().address() + offset, length);
    }
  }

  static void layer(
      RowLoops loops, HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    long runs = x.cols() / length;
    for (long run = from * runs; run < to * runs; run++) {
      long start = run * length;
      long target = out.segment().address() + start * Float.BYTES;
      long source = x.segment().address() + start * Float.BYTES;
      loops.subtract(source, (float) (loops.sum(source, length) / length), target, length);
      float factor = (float) (1 / Math.sqrt(loops.squares(target, length) / length + eps));
      loops.scale(target, factor, gain.segment().address() + start % gain.cols() * Float.BYTES, target, length);
    }
  }
}
