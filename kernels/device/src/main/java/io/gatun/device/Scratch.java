package io.gatun.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Arrays and memory that a kernel needs while it runs, kept from call to call so that nothing is allocated in steady
 * state. An array has at least the length that is asked for; a longer one may replace it. Owned by one worker of a device;
 * not thread-safe. Contents do not outlive a kernel call.
 */
public final class Scratch {
  private byte[] codes = {};
  private float[] scales = {};
  private float[] minimums = {};
  private float[] weights = {};
  private byte[] xCodes = {};
  private float[] xScales = {};
  private short[] xSums = {};
  private float[] x = {};
  private double[] scores = {};
  private double[] sums = {};
  private Object kept = this;

  private MemorySegment block = MemorySegment.NULL;

  /** Arrays that grow when they are first used. */
  public Scratch() {}

  /**
   * Off-heap room of at least {@code bytes}, aligned to {@link HostMemory#ALIGNMENT}; always the same, so a kernel asks
   * once and divides it. Freed when the scratch is no longer reachable.
   */
  public MemorySegment block(long bytes) {
    if (block.byteSize() < bytes) {
      block = Arena.ofAuto().allocate(Math.max(bytes, 2 * block.byteSize()), HostMemory.ALIGNMENT);
    }
    return block;
  }

  /** Codes of weights. */
  public byte[] codes(long length) {
    codes = grown(codes, length);
    return codes;
  }

  /** Scales of weights. */
  public float[] scales(long length) {
    scales = grown(scales, length);
    return scales;
  }

  /** Minimums of weights. */
  public float[] minimums(long length) {
    minimums = grown(minimums, length);
    return minimums;
  }

  /** Decoded weights. */
  public float[] weights(long length) {
    weights = grown(weights, length);
    return weights;
  }

  byte[] xCodes(long length) {
    xCodes = grown(xCodes, length);
    return xCodes;
  }

  /** Scales of activations. */
  public float[] xScales(long length) {
    xScales = grown(xScales, length);
    return xScales;
  }

  short[] xSums(long length) {
    if (xSums.length < length) {
      xSums = new short[Math.toIntExact(length)];
    }
    return xSums;
  }

  /** Activations. */
  public float[] x(long length) {
    x = grown(x, length);
    return x;
  }

  /**
   * Something of a kernel family's own that is worth keeping from call to call; the first call makes it. One at a time:
   * asking for another type drops what was kept.
   */
  public <T> T kept(Class<T> type, Supplier<T> maker) {
    if (!type.isInstance(kept)) {
      kept = maker.get();
    }
    return type.cast(kept);
  }

  double[] scores(long length) {
    scores = grown(scores, length);
    return scores;
  }

  double[] sums(long length) {
    sums = grown(sums, length);
    return sums;
  }

  private static byte[] grown(byte[] old, long length) {
    return old.length >= length ? old : new byte[Math.toIntExact(length)];
  }

  private static float[] grown(float[] old, long length) {
    return old.length >= length ? old : new float[Math.toIntExact(length)];
  }

  /** Sequences grow by a token at a time, so this one leaves room. */
  private static double[] grown(double[] old, long length) {
    return old.length >= length ? old : new double[Math.toIntExact(length + length / 4 + 64)];
  }
}
