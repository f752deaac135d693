package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.at;

import io.gatun.device.DeltaNetSpec;
import io.gatun.device.RowKernels.DeltaNetCall;
import io.gatun.device.Scratch;

/**
 * The gated delta rule, a panel of a head's columns after the other: {@code change = v − (decay · k)·S}, then {@code S =
 * decay · S + (beta · k) ⊗ change} and {@code out = q·S} in one pass.
 */
final class DeltaRule {
  private final RowLoops loops;
  private final DeltaNetCall call;
  private final DeltaNetSpec spec;
  private final int width;
  private final StatePanel panel;
  private final long values;
  private final long known;
  private final long write;
  private final long same;

  /** What the tokens leave of a head's lines, a row after the other: the same of all, or of each. */
  private final long decays;

  private final int steps;

  DeltaRule(RowLoops loops, DeltaNetCall call, Scratch scratch) {
    this.loops = loops;
    this.call = call;
    this.spec = call.spec();
    this.width = StatePanel.width(loops);
    int keyDim = spec.keyDim();
    this.steps = call.steps();
    long more = width + 3L * keyDim + Memory.padded((long) call.rows().rows() * steps);
    this.panel = new StatePanel(loops, call.rows(), keyDim, spec.valueDim(), more, scratch);
    this.values = panel.more();
    this.known = values + (long) width * Float.BYTES;
    this.write = known + (long) keyDim * Float.BYTES;
    this.same = write + (long) keyDim * Float.BYTES;
    this.decays = same + (long) keyDim * Float.BYTES;
  }

  /** Columns of results. */
  void run(long from, long to) {
    int dim = spec.valueDim();
    for (long start = from, end; start < to; start = end) {
      int head = (int) (start / dim);
      end = Math.min(to, (head + 1L) * dim);
      fillDecays(head);
      for (long column = start; column < end; column += width) {
        columns(head, (int) (column % dim), (int) Math.min(width, end - column));
      }
    }
  }

  /** Of all rows. */
  private void fillDecays(int head) {
    int rows = call.rows().rows();
    long padded = Memory.padded((long) rows * steps);
    for (int row = 0; row < rows; row++) {
      Memory.copy(at(call.step(), ((long) row * spec.valueHeads() + head) * steps), decayAt(row), steps);
    }
    loops.softpluses(decays, padded);
    loops.scale(decays, Memory.get(call.rate(), head), decays, padded);
    loops.exponentials(decays, 0, padded);
  }

  private long decayAt(int row) {
    return decays + (long) row * steps * Float.BYTES;
  }

  private void columns(int head, int column, int count) {
    long first = call.offset() + (long) head * spec.keyDim() * spec.valueDim() + column;
    panel.scan(first, count, (row, state, step) -> token(row, head, column, count, state, step));
  }

  /** What a token leaves of each line. */
  private long decay(int row) {
    if (steps > 1) {
      return decayAt(row);
    }
    Memory.fill(same, Memory.get(decayAt(row), 0), spec.keyDim());
    return same;
  }

  private void token(int row, int head, int column, int count, long state, long step) {
    int keyDim = spec.keyDim();
    long key = ((long) row * spec.keyHeads() + head % spec.keyHeads()) * keyDim;
    long value = ((long) row * spec.valueHeads() + head) * spec.valueDim() + column;
    long decay = decay(row);
    loops.scale(decay, -1, at(call.k(), key), known, keyDim);
    loops.scale(at(call.k(), key), Memory.get(call.beta(), (long) row * spec.valueHeads() + head), write, keyDim);
    Memory.copy(at(call.v(), value), values, count);
    long vector = (long) loops.lanes() * Float.BYTES;
    loops.one(known, state, step, vector, 2 * vector, 3 * vector, keyDim, values);
    loops.recur(decay, write, at(call.q(), key), state, step, keyDim, values);
    Memory.copy(values, at(call.out(), value), count);
  }
}
