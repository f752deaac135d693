package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.at;

import io.gatun.device.RowKernels.StateSpaceCall;
import io.gatun.device.Scratch;
import io.gatun.device.StateSpaceSpec;

/**
 * A selective state space, a panel of columns after the other. In a head of several values each line decays as a whole; of
 * heads of one value, each column has a span and a rate of its own.
 */
final class StateSpace {
  private final RowLoops loops;
  private final StateSpaceCall call;
  private final StateSpaceSpec spec;
  private final int stateDim;
  private final int rates;
  private final int width;
  private final StatePanel panel;
  private final long values;
  private final long spans;
  private final long decays;
  private final long factors;

  StateSpace(RowLoops loops, StateSpaceCall call, Scratch scratch) {
    this.loops = loops;
    this.call = call;
    this.spec = call.spec();
    this.stateDim = spec.stateDim();
    this.rates = Math.toIntExact(call.rate().cols() / spec.heads());
    this.width = StatePanel.width(loops);
    long byRow = Math.max(width, Memory.padded(call.rows().rows()));
    long more = width + 2 * byRow + width * Memory.padded(stateDim);
    this.panel = new StatePanel(loops, call.rows(), stateDim, spec.run(), more, scratch);
    this.values = panel.more();
    this.spans = values + (long) width * Float.BYTES;
    this.decays = spans + byRow * Float.BYTES;
    this.factors = decays + byRow * Float.BYTES;
  }

  /** Columns of results. */
  void run(long from, long to) {
    int run = spec.run();
    for (long start = from, end; start < to; start = end) {
      end = Math.min(to, (start / run + 1) * run);
      if (spec.headDim() > 1) {
        decays((int) (start / run));
      }
      for (long column = start; column < end; column += width) {
        columns((int) column, (int) Math.min(width, end - column));
      }
    }
  }

  private void columns(int column, int count) {
    long first = call.offset() + spec.stateIndex(column);
    if (spec.headDim() > 1) {
      panel.scan(first, count, (row, state, step) -> ofHead(row, column, count, state, step));
    } else {
      rates(column, count);
      panel.scan(first, count, (row, state, step) -> ofHeads(row, column, count, state, step));
    }
  }

  /** A head's spans of all rows; what they leave, if that is the same for all lines. */
  private void decays(int head) {
    int rows = call.rows().rows();
    long padded = Memory.padded(rows);
    for (int row = 0; row < rows; row++) {
      Memory.set(spans, row, Memory.get(call.step(), (long) row * spec.heads() + head));
    }
    loops.softpluses(spans, padded);
    loops.scale(spans, Memory.get(call.rate(), (long) head * rates), decays, padded);
    loops.exponentials(decays, 0, padded);
  }

  /** A token of columns that belong to one head. */
  private void ofHead(int row, int column, int count, long state, long step) {
    int head = column / spec.headDim();
    float span = Memory.get(spans, row);
    if (rates == 1) {
      Memory.fill(factors, Memory.get(decays, row), stateDim);
    } else {
      loops.scale(at(call.rate(), (long) head * rates), span, factors, stateDim);
      loops.exponentials(factors, 0, Memory.padded(stateDim));
    }
    long value = (long) row * spec.width() + column;
    long shared = shared(row, head);
    loops.scale(at(call.x(), value), span, values, count);
    loops.recur(factors, at(call.b(), shared), at(call.c(), shared), state, step, stateDim, values);
    long out = at(call.out(), value);
    loops.scale(at(call.x(), value), Memory.get(call.skip(), head), out, count);
    loops.add(out, values, count);
  }

  /** The rates of some heads of one value, line by line. */
  private void rates(int head, int count) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < stateDim; j++) {
        Memory.set(factors, (long) j * width + i, Memory.get(call.rate(), (long) (head + i) * rates + j % rates));
      }
    }
  }

  /** A token of columns that are a head each. */
  private void ofHeads(int row, int head, int count, long state, long step) {
    long value = (long) row * spec.width() + head;
    long shared = shared(row, head);
    Memory.copy(at(call.step(), value), spans, count);
    loops.softpluses(spans, width);
    loops.scale(spans, 1, at(call.x(), value), values, count);
    loops.select(factors, spans, at(call.b(), shared), at(call.c(), shared), state, step, stateDim, values);
    Memory.copy(values, at(call.out(), value), count);
    loops.multiplyAdd(at(call.skip(), head), at(call.x(), value), at(call.out(), value), count);
  }

  /** Where what a head writes and reads with begins. */
  private long shared(int row, int head) {
    return ((long) row * spec.groups() + head / (spec.heads() / spec.groups())) * stateDim;
  }
}
