package io.gatun.cpu.rows;

import io.gatun.device.Buffer;
import io.gatun.device.HostBuffer;
import io.gatun.device.StateRows;
import java.util.List;

/** The runs of rows that a state goes through without leaving the kernel. Stateless. */
final class StateRuns {
  private StateRuns() {}

  /** A run of rows of one sequence. */
  interface Body {

    /**
     * @param state address of the sequence's state
     * @param begins whether the first row begins with zeros, whatever the state holds
     */
    void run(int from, int to, long state, boolean begins);
  }

  static void each(StateRows rows, Body body) {
    for (int from = 0, to; from < rows.rows(); from = to) {
      to = end(rows, from);
      HostBuffer state = HostBuffer.of(rows.states().get(from));
      body.run(from, to, state.segment().address(), rows.positions()[from] == 0);
    }
  }

  @SuppressWarnings("ReferenceEquality") // rows of one sequence share the buffer itself
  private static int end(StateRows rows, int from) {
    List<Buffer> states = rows.states();
    int to = from + 1;
    while (to < rows.rows() && states.get(to) == states.get(from) && rows.positions()[to] != 0) {
      to++;
    }
    return to;
  }
}
