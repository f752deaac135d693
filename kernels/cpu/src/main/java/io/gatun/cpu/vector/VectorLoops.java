package io.gatun.cpu.vector;

import io.gatun.cpu.rows.RowLoops;
import io.gatun.device.ActivationFunction;
import jdk.incubator.vector.FloatVector;

/** Loops over rows in vectors. Every result is the same to the bit at every width. Stateless and thread-safe. */
final class VectorLoops implements RowLoops {

  @Override
  public int lanes() {
    return Lanes.COUNT;
  }

  @Override
  public double sum(long x, long count) {
    return Sums.of(x, count);
  }

  @Override
  public double squares(long x, long count) {
    return Sums.squares(x, count);
  }

  @Override
  public void add(long x, long y, long count) {
    Elements.add(x, y, count);
  }

  @Override
  public void multiplyAdd(long x, long y, long target, long count) {
    Elements.multiplyAdd(x, y, target, count);
  }

  @Override
  public void subtract(long x, float mean, long target, long count) {
    Elements.subtract(x, mean, target, count);
  }

  @Override
  public void scale(long x, float factor, long target, long count) {
    Elements.scale(x, factor, target, count);
  }

  @Override
  public void scale(long x, float factor, long gain, long target, long count) {
    Elements.scale(x, factor, gain, target, count);
  }

  @Override
  public void divide(long x, float divisor, long target, long count) {
    Elements.divide(x, divisor, target, count);
  }

  @Override
  public void gate(long gate, long up, ActivationFunction f, long count) {
    Activations.gate(gate, up, f, count);
  }

  @Override
  public void activate(long x, ActivationFunction f, long count) {
    Activations.apply(x, f, count);
  }

  @Override
  public void softcap(long x, float cap, long count) {
    HyperbolicTangent.cap(x, cap, count);
  }

  @Override
  public void slope(long x, float slope, int distance, long count) {
    Softmax.slope(x, slope, distance, count);
  }

  @Override
  public float largest(long x, float least, long count) {
    return Softmax.largest(x, least, count);
  }

  @Override
  public void exponentials(long x, float max, long count) {
    Softmax.exponentials(x, max, count);
  }

  @Override
  public float exponential(float x) {
    return Exponential.of(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
  }

  @Override
  public void softpluses(long x, long count) {
    Softplus.of(x, count);
  }

  @Override
  public void rotateHalves(long x, int pairs, long cosines, long sines) {
    Rotation.halves(x, pairs, cosines, sines);
  }

  @Override
  public void rotateAdjacent(long x, int count, long doubled, long signed) {
    Rotation.adjacent(x, count, doubled, signed);
  }

  @Override
  public void decodeHalves(long halves, long target, int count) {
    Halves.decode(halves, target, count);
  }

  @Override
  public void decodeKeys(long codes, long scales, int count, long target) {
    CachedCodes.keys(codes, scales, count, target);
  }

  @Override
  public void decodeValue(long codes, long scales, int dim, long target) {
    CachedCodes.value(codes, scales, dim, target);
  }

  @Override
  public void quantize(long values, int runs, long codes, long scales, long sums) {
    Quantizer.runs(values, runs, codes, scales, sums);
  }

  @Override
  public void four(long a, long aStride, long m, long step, long second, int count, long out, long outStride) {
    AttentionTile.four(a, aStride, m, step, second, count, out, outStride);
  }

  @Override
  public void one(long a, long m, long step, long second, long third, long fourth, int count, long out) {
    AttentionTile.one(a, m, step, second, third, fourth, count, out);
  }

  @Override
  public void pair(long a, long m, long step, long second, int count, long out) {
    AttentionTile.pair(a, m, step, second, count, out);
  }

  @Override
  public void recur(long decay, long write, long read, long state, long step, int count, long values) {
    StateTile.recur(decay, write, read, state, step, count, values);
  }

  @Override
  public void select(long rate, long span, long write, long read, long state, long step, int count, long values) {
    StateTile.select(rate, span, write, read, state, step, count, values);
  }
}
