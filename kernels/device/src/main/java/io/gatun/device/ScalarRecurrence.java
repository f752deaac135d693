package io.gatun.device;

/** The operations that carry something from token to token, in the order of rows, sums in double. */
final class ScalarRecurrence {

  private ScalarRecurrence() {}

  /** Channels {@code from} to {@code to}, exclusive, of {@link Device#convolve}. */
  static void convolve(HostBuffer x, HostBuffer kernel, StateRows rows, long offset, HostBuffer out, long from, long to) {
    long channels = x.cols();
    int taps = Math.toIntExact(kernel.cols() / channels);
    for (int row = 0; row < rows.rows(); row++) {
      HostBuffer state = HostBuffer.of(rows.states().get(row));
      boolean begins = rows.positions()[row] == 0;
      for (long channel = from; channel < to; channel++) {
        float value = x.at(row * channels + channel);
        double sum = (double) kernel.at(channel * taps + taps - 1) * value;
        for (int tap = 0; tap < taps - 1; tap++) {
          long at = offset + tap * channels + channel;
          float past = begins ? 0 : state.at(at);
          sum += (double) kernel.at(channel * taps + tap) * past;
          float next = tap == taps - 2 ? value : begins ? 0 : state.at(at + channels);
          state.put(at, next);
        }
        out.put(row * channels + channel, (float) sum);
      }
    }
  }

  /** Value heads {@code from} to {@code to}, exclusive, of {@link Device#deltaNet}. */
  static void deltaNet(RowKernels.DeltaNetCall call, long from, long to) {
    for (int row = 0; row < call.rows().rows(); row++) {
      for (long head = from; head < to; head++) {
        head(call, row, (int) head);
      }
    }
  }

  private static void head(RowKernels.DeltaNetCall call, int row, int head) {
    DeltaNetSpec spec = call.spec();
    int keyDim = spec.keyDim();
    HostBuffer state = HostBuffer.of(call.rows().states().get(row));
    long keys = ((long) row * spec.keyHeads() + head % spec.keyHeads()) * keyDim;
    long values = ((long) row * spec.valueHeads() + head) * spec.valueDim();
    long gate = (long) row * spec.valueHeads() + head;
    double decay = Math.exp(call.rate().at(head) * softplus(call.step().at(gate)));
    double kept = call.rows().positions()[row] == 0 ? 0 : decay;
    double beta = call.beta().at(gate);
    for (int i = 0; i < spec.valueDim(); i++) {
      long line = call.offset() + ((long) head * spec.valueDim() + i) * keyDim;
      double known = 0;
      for (int j = 0; j < keyDim; j++) {
        known += kept(state, line + j, kept) * call.k().at(keys + j);
      }
      double change = beta * (call.v().at(values + i) - known);
      double sum = 0;
      for (int j = 0; j < keyDim; j++) {
        float next = (float) (kept(state, line + j, kept) + change * call.k().at(keys + j));
        state.put(line + j, next);
        sum += (double) next * call.q().at(keys + j);
      }
      call.out().put(values + i, (float) sum);
    }
  }

  /** Heads {@code from} to {@code to}, exclusive, of {@link Device#stateSpace}. */
  static void stateSpace(RowKernels.StateSpaceCall call, long from, long to) {
    var kept = new double[call.spec().stateDim()];
    for (int row = 0; row < call.rows().rows(); row++) {
      for (long head = from; head < to; head++) {
        head(call, row, (int) head, kept);
      }
    }
  }

  /** @param kept scratch for the factor on each value of a state */
  private static void head(RowKernels.StateSpaceCall call, int row, int head, double... kept) {
    StateSpaceSpec spec = call.spec();
    int stateDim = spec.stateDim();
    HostBuffer state = HostBuffer.of(call.rows().states().get(row));
    long group = head / (spec.heads() / spec.groups());
    long shared = (row * (long) spec.groups() + group) * stateDim;
    double step = softplus(call.step().at((long) row * spec.heads() + head));
    boolean begins = call.rows().positions()[row] == 0;
    int rates = Math.toIntExact(call.rate().cols() / spec.heads());
    for (int j = 0; j < stateDim; j++) {
      kept[j] = begins ? 0 : Math.exp(call.rate().at((long) head * rates + j % rates) * step);
    }
    for (int i = 0; i < spec.headDim(); i++) {
      long value = (long) head * spec.headDim() + i;
      double x = call.x().at(row * (long) spec.width() + value);
      double sum = call.skip().at(head) * x;
      long line = call.offset() + value * stateDim;
      for (int j = 0; j < stateDim; j++) {
        float next = (float) (kept(state, line + j, kept[j]) + step * x * call.b().at(shared + j));
        state.put(line + j, next);
        sum += (double) next * call.c().at(shared + j);
      }
      call.out().put(row * (long) spec.width() + value, (float) sum);
    }
  }

  /** What is left of a value of the state; whatever a new sequence's holds, nothing. */
  private static double kept(HostBuffer state, long index, double factor) {
    return factor == 0 ? 0 : factor * state.at(index);
  }

  /** {@code ln(1 + eˣ)}. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
