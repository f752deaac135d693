package io.gatun.cpu.rows;

import io.gatun.device.Scratch;
import io.gatun.device.StateRows;

/**
 * Some columns of the states of sequences, of as many lines as there are factors to a token, which meet the tokens of each
 * sequence in order. Where a run of tokens is long, they are brought together first, so that they stay in the nearest
 * cache; few columns are brought to where there is room for whole vectors. Owned by one call of a kernel.
 */
final class StatePanel {
  /** Vectors of columns in a panel, as the loops of {@link RowLoops} take them. */
  private static final int VECTORS = 4;

  /** Rows of a run for which columns are brought together. */
  private static final int RUN = 4;

  private final StateRows rows;
  private final int lines;
  private final int width;
  private final long lineBytes;
  private final long memory;

  /** A token. */
  interface Token {

    /**
     * @param state address of the panel's first line
     * @param step bytes to the next
     */
    void run(int row, long state, long step);
  }

  /**
   * @param stride floats from a line of the states to the next
   * @param more floats of scratch for the caller
   */
  StatePanel(RowLoops loops, StateRows rows, int lines, int stride, long more, Scratch scratch) {
    this.rows = rows;
    this.lines = lines;
    this.width = width(loops);
    this.lineBytes = (long) stride * Float.BYTES;
    this.memory = scratch.block((lines * (long) width + more) * Float.BYTES).address();
  }

  /** Columns of a whole panel. */
  static int width(RowLoops loops) {
    return VECTORS * loops.lanes();
  }

  /** Address of the caller's scratch. */
  long more() {
    return memory + lines * (long) width * Float.BYTES;
  }

  /**
   * Takes all rows' tokens through the panel.
   *
   * @param first where in the states the first line's first column is
   * @param columns at most {@link #width}
   */
  void scan(long first, int columns, Token token) {
    StateRuns.each(
        rows, (from, to, state, begins) -> scan(from, to, state + first * Float.BYTES, columns, begins, token));
  }

  private void scan(int from, int to, long state, int columns, boolean begins, Token token) {
    boolean inPlace = columns == width && to - from < RUN;
    long panel = inPlace ? state : memory;
    long step = inPlace ? lineBytes : (long) width * Float.BYTES;
    for (int line = 0; line < lines; line++) {
      if (begins) {
        Memory.fill(panel + line * step, 0, columns);
      } else if (!inPlace) {
        Memory.copy(state + line * lineBytes, panel + line * step, columns);
      }
    }
    for (int row = from; row < to; row++) {
      token.run(row, panel, step);
    }
    for (int line = 0; line < lines && !inPlace; line++) {
      Memory.copy(panel + line * step, state + line * lineBytes, columns);
    }
  }
}
