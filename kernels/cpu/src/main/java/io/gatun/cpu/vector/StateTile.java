package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.BYTES;
import static io.gatun.cpu.vector.Lanes.FLOAT;
import static io.gatun.cpu.vector.Lanes.FLOATS;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.floats;
import static io.gatun.cpu.vector.Lanes.put;

import jdk.incubator.vector.FloatVector;

/** A token and some columns of a state, as {@link io.gatun.cpu.rows.RowLoops} defines them; sums stay in registers. */
final class StateTile {
  private static final int VECTORS = 4;

  private StateTile() {}

  static void recur(long decay, long write, long read, long state, long step, int count, long values) {
    FloatVector v0 = floats(values);
    FloatVector v1 = floats(values + BYTES);
    FloatVector v2 = floats(values + 2 * BYTES);
    FloatVector v3 = floats(values + 3 * BYTES);
    FloatVector o0 = FloatVector.zero(FLOATS);
    FloatVector o1 = o0;
    FloatVector o2 = o0;
    FloatVector o3 = o0;
    long line = state;
    for (int j = 0; j < count; j++) {
      FloatVector d = factor(decay + 4L * j);
      FloatVector w = factor(write + 4L * j);
      FloatVector r = factor(read + 4L * j);
      FloatVector s = v0.fma(w, floats(line).mul(d));
      put(s, line);
      o0 = s.fma(r, o0);
      s = v1.fma(w, floats(line + BYTES).mul(d));
      put(s, line + BYTES);
      o1 = s.fma(r, o1);
      s = v2.fma(w, floats(line + 2 * BYTES).mul(d));
      put(s, line + 2 * BYTES);
      o2 = s.fma(r, o2);
      s = v3.fma(w, floats(line + 3 * BYTES).mul(d));
      put(s, line + 3 * BYTES);
      o3 = s.fma(r, o3);
      line += step;
    }
    put(o0, values);
    put(o1, values + BYTES);
    put(o2, values + 2 * BYTES);
    put(o3, values + 3 * BYTES);
  }

  static void select(long rate, long span, long write, long read, long state, long step, int count, long values) {
    for (long vector = 0; vector < VECTORS * BYTES; vector += BYTES) {
      FloatVector d = floats(span + vector);
      FloatVector v = floats(values + vector);
      FloatVector out = FloatVector.zero(FLOATS);
      long line = state + vector;
      for (int j = 0; j < count; j++) {
        FloatVector decay = Exponential.of(floats(rate + VECTORS * BYTES * j + vector).mul(d));
        FloatVector s = v.fma(factor(write + 4L * j), floats(line).mul(decay));
        put(s, line);
        out = s.fma(factor(read + 4L * j), out);
        line += step;
      }
      put(out, values + vector);
    }
  }

  private static FloatVector factor(long address) {
    return FloatVector.broadcast(FLOATS, MEMORY.get(FLOAT, address));
  }
}
