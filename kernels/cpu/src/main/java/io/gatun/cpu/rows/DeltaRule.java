package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.at;

import io.gatun.device.DeltaNetSpec;
import io.gatun.device.RowKernels.DeltaNetCall;
import io.gatun.device.Scratch;

/**
 * The gated delta rule, a panel of a head's columns after the other: {@code change = v − (decay · k)·S}, then {@code S = decay · S
 * + (beta · k) ⊗ change} and {@code out = q·S} in one pass.
 */
final class DeltaRule {
  private final RowLoops loops;
  private final DeltaNetCall call;
  private final DeltaNetSpec spec;
  private final int width;
  private final StatePanel panel;
  private final long values;
  private final long decay;
  private final long known;
  private final long write;
  private final long decays;

  DeltaRule(RowLoops loops, DeltaNetCall call, Scratch scratch) {
    this.loops = loops;
    this.call = call;
    this.spec = call.spec();
    this.width = StatePanel.width(loops);
    int keyDim = spec.keyDim();
    long more = width + 3L * keyDim + Memory.padded(call.rows().rows());
    this.panel = new StatePanel(loops, call.rows(), keyDim, spec.valueDim(), more, scratch);
    this.values = panel.more();
    this.decay = values + (long) width * Float.BYTES;
    this.known = decay + (long) keyDim * Float.BYTES;
    this.write = known + (long) keyDim * Float.BYTES;
    this.decays = write + (long) keyDim * Float.BYTES;
  }

  /** Columns of results. */
  void run(long from, long to) {
    int dim = spec.valueDim();
    for (long start = from, end; start < to; start = end) {
      int head = (int) (start / dim);
      end = Math.min(to, (head + 1L) * dim);
      decays(head);
      for (long column = start; column < end; column += width) {
        columns(head, (int) (column % dim), (int) Math.min(width, end - column));
      }
    }
  }

  /** Of all rows. */
  private void decays(int head) {
    int rows = call.rows().rows();
    long padded = Memory.padded(rows);
    for (int row = 0; row < rows; row++) {
      Memory.set(decays, row, Memory.get(call.step(), (long) row * spec.valueHeads() + head));
    }
    loops.softplus(decays, padded);
    loops.scale(decays, Memory.get(call.rate(), head), decays, padded);
    loops.exponentials(decays, 0, padded);
  }

  private void columns(int head, int column, int count) {
    long first = call.offset() + (long) head * spec.keyDim() * spec.valueDim() + column;
    panel.scan(first, count, (row, state, step) -> token(row, head, column, count, state, step));
  }

  private void token(int row, int head, int column, int count, long state, long step) {
    int keyDim = spec.keyDim();
    long key = ((long) row * spec.keyHeads() + head % spec.keyHeads()) * keyDim;
    long value = ((long) row * spec.valueHeads() + head) * spec.valueDim() + column;
    float kept = Memory.get(decays, row);
    Memory.fill(decay, kept, keyDim);
    loops.scale(at(call.k(), key), -kept, known, keyDim);
    loops.scale(at(call.k(), key), Memory.get(call.beta(), (long) row * spec.valueHeads() + head), write, keyDim);
    Memory.copy(at(call.v(), value), values, count);
    long vector = (long) loops.lanes() * Float.BYTES;
    loops.one(known, state, step, vector, 2 * vector, 3 * vector, keyDim, values);
    loops.recur(decay, write, at(call.q(), key), state, step, keyDim, values);
    Memory.copy(values, at(call.out(), value), count);
  }
}
