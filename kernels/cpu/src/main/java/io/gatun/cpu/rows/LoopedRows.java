package io.gatun.cpu.rows;

import io.gatun.device.ActivationFunction;
import io.gatun.device.HostBuffer;
import io.gatun.device.HostKvPool;
import io.gatun.device.KvRows;
import io.gatun.device.QuantizedRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.RowKernels;
import io.gatun.device.Scratch;
import java.lang.ref.Reference;

/**
 * The operations on rows, made of a tier's loops. Every result is the same to the bit however ranges are cut. What a scratch
 * has room for is used by its address, so it stays reachable for as long. Stateless and thread-safe.
 */
public final class LoopedRows implements RowKernels {
  private final RowLoops loops;

  /** @param loops the tier's */
  public LoopedRows(RowLoops loops) {
    this.loops = loops;
  }

  @Override
  public void quantize(HostBuffer x, QuantizedRows target, long from, long to, Scratch scratch) {
    ActivationQuantizer.quantize(loops, x, target, from, to);
  }

  @Override
  public void rmsNorm(HostBuffer x, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    Norms.rms(loops, x, gain, eps, out, from, to);
  }

  @Override
  public void layerNorm(HostBuffer x, int length, HostBuffer gain, float eps, HostBuffer out, long from, long to) {
    Norms.layer(loops, x, length, gain, eps, out, from, to);
  }

  @Override
  public void rope(HostBuffer x, int[] positions, RopeSpec spec, long from, long to, Scratch scratch) {
    try {
      Rotation.rotate(loops, x, positions, spec, from, to, scratch);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void gate(HostBuffer gate, HostBuffer up, ActivationFunction f, long from, long to) {
    long offset = from * Float.BYTES;
    loops.gate(gate.segment().address() + offset, up.segment().address() + offset, f, to - from);
  }

  @Override
  public void activate(HostBuffer x, ActivationFunction f, long from, long to) {
    loops.activate(x.segment().address() + from * Float.BYTES, f, to - from);
  }

  @Override
  public void softcap(HostBuffer x, float cap, long from, long to) {
    loops.softcap(x.segment().address() + from * Float.BYTES, cap, to - from);
  }

  @Override
  public void add(HostBuffer x, HostBuffer y, long from, long to) {
    long period = y.values();
    for (long start = from, end; start < to; start = end) {
      long within = start % period;
      end = Math.min(to, start + period - within);
      long sum = x.segment().address() + start * Float.BYTES;
      loops.add(sum, y.segment().address() + within * Float.BYTES, end - start);
    }
  }

  @Override
  public void scale(HostBuffer x, float factor, long from, long to) {
    long start = x.segment().address() + from * Float.BYTES;
    loops.scale(start, factor, start, to - from);
  }

  @Override
  public void append(
      HostKvPool pool, int layer, HostBuffer k, HostBuffer v, KvRows rows, long from, long to, Scratch scratch) {
    try {
      KvStores.append(pool, layer, k, v, rows, from, to, scratch);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void attention(AttentionCall call, long from, long to, Scratch scratch) {
    try {
      Attention.run(loops, call, from, to, scratch);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void convolve(ConvolveCall call, long from, long to, Scratch scratch) {
    try {
      new Convolution(loops, call, scratch).run(from, to);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void deltaNet(DeltaNetCall call, long from, long to, Scratch scratch) {
    try {
      new DeltaRule(loops, call, scratch).run(from, to);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void linearAttention(LinearAttentionCall call, long from, long to, Scratch scratch) {
    try {
      new LinearAttention(loops, call, scratch).run(from, to);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  @Override
  public void stateSpace(StateSpaceCall call, long from, long to, Scratch scratch) {
    try {
      new StateSpace(loops, call, scratch).run(from, to);
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }
}
