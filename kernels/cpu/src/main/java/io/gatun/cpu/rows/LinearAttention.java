package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.at;

import io.gatun.device.HostBuffer;
import io.gatun.device.RowKernels.LinearAttentionCall;
import io.gatun.device.Scratch;

/**
 * Linear attention, a panel of a head's columns after the other. With a correction the state is gone through three times:
 * {@code a·S}; then {@code S = e^decay ⊙ S + b ⊗ (a·S)}; then {@code S = S + k ⊗ v} and {@code out = q·S}.
 */
final class LinearAttention {
  private final RowLoops loops;
  private final LinearAttentionCall call;
  private final int keyDim;
  private final int valueDim;
  private final int width;
  private final StatePanel panel;
  private final long values;
  private final long corrections;
  private final long ones;

  /** What the tokens leave of a head's lines, a row after the other. */
  private final long decays;

  LinearAttention(RowLoops loops, LinearAttentionCall call, Scratch scratch) {
    this.loops = loops;
    this.call = call;
    this.keyDim = call.keyDim();
    this.valueDim = call.valueDim();
    this.width = StatePanel.width(loops);
    int rows = call.rows().rows();
    long more = 2L * width + keyDim + Memory.padded((long) rows * keyDim);
    this.panel = new StatePanel(loops, call.rows(), keyDim, valueDim, more, scratch);
    this.values = panel.more();
    this.corrections = values + (long) width * Float.BYTES;
    this.ones = corrections + (long) width * Float.BYTES;
    this.decays = ones + (long) keyDim * Float.BYTES;
    Memory.fill(ones, 1, keyDim);
  }

  /** Columns of results. */
  void run(long from, long to) {
    for (long start = from, end; start < to; start = end) {
      int head = (int) (start / valueDim);
      end = Math.min(to, (head + 1L) * valueDim);
      decays(head);
      for (long column = start; column < end; column += width) {
        columns(head, (int) (column % valueDim), (int) Math.min(width, end - column));
      }
    }
  }

  private void decays(int head) {
    int rows = call.rows().rows();
    for (int row = 0; row < rows; row++) {
      Memory.copy(at(call.decay(), key(row, head)), decay(row), keyDim);
    }
    loops.exponentials(decays, 0, Memory.padded((long) rows * keyDim));
  }

  private long decay(int row) {
    return decays + (long) row * keyDim * Float.BYTES;
  }

  private void columns(int head, int column, int count) {
    long first = call.offset() + (long) head * keyDim * valueDim + column;
    panel.scan(first, count, (row, state, step) -> token(row, head, column, count, state, step));
  }

  private void token(int row, int head, int column, int count, long state, long step) {
    long key = key(row, head);
    long value = ((long) row * call.heads() + head) * valueDim + column;
    long vector = (long) loops.lanes() * Float.BYTES;
    long q = at(call.q(), key);
    long decay = decay(row);
    if (call.correction().isPresent()) {
      HostBuffer a = HostBuffer.of(call.correction().get().a());
      HostBuffer b = HostBuffer.of(call.correction().get().b());
      Memory.fill(corrections, 0, width);
      loops.one(at(a, key), state, step, vector, 2 * vector, 3 * vector, keyDim, corrections);
      loops.recur(decay, at(b, key), q, state, step, keyDim, corrections);
      decay = ones;
    }
    Memory.copy(at(call.v(), value), values, count);
    loops.recur(decay, at(call.k(), key), q, state, step, keyDim, values);
    Memory.copy(values, at(call.out(), value), count);
  }

  private long key(int row, int head) {
    return ((long) row * call.heads() + head) * keyDim;
  }
}
