package io.gatun.device;

import java.util.List;

/**
 * Where the rows of a batch find what their sequences carry from token to token. Rows of a sequence follow each other in
 * order, and a row at position 0 begins with zeros, whatever its state holds. The array is not copied and must not change
 * while a device computes with it.
 *
 * @param states of each row {@code [1, n]}: rows of one sequence have the same buffer, others another
 * @param positions by row, ≥ 0
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one call, compared by nobody
public record StateRows(List<Buffer> states, int[] positions) {

  public StateRows {
    states = List.copyOf(states);
    if (states.size() != positions.length) {
      throw new IllegalArgumentException("states of %d rows, positions of %d".formatted(states.size(), positions.length));
    }
  }

  public int rows() {
    return positions.length;
  }
}
