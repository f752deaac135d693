package io.gatun.device;

/** The operations that carry something from token to token, in the order of rows, sums in double. */
final class ScalarRecurrence {

  private ScalarRecurrence() {}

  /** Columns {@code from} to {@code to}, exclusive, of {@link Device#convolve}. */
  static void convolve(RowKernels.ConvolveCall call, long from, long to) {
    HostBuffer x = call.x();
    HostBuffer kernel = call.kernel();
    long columns = x.cols();
    int taps = call.taps();
    for (int row = 0; row < call.rows().rows(); row++) {
      HostBuffer state = HostBuffer.of(call.rows().states().get(row));
      boolean begins = call.rows().positions()[row] == 0;
      for (long column = from; column < to; column++) {
        float value = x.at(row * columns + column);
        double sum = (double) kernel.at(column * taps + taps - 1) * value;
        for (int tap = 0; tap < taps - 1; tap++) {
          long at = call.offset() + tap * columns + column;
          float past = begins ? 0 : state.at(at);
          sum += (double) kernel.at(column * taps + tap) * past;
          float next = tap == taps - 2 ? value : begins ? 0 : state.at(at + columns);
          state.put(at, next);
        }
        call.out().put(row * columns + column, (float) sum);
      }
    }
  }

  /** Columns {@code from} to {@code to}, exclusive, of {@link Device#deltaNet}. */
  static void deltaNet(RowKernels.DeltaNetCall call, long from, long to) {
    var kept = new double[call.spec().keyDim()];
    int dim = call.spec().valueDim();
    for (int row = 0; row < call.rows().rows(); row++) {
      for (long start = from, end; start < to; start = end) {
        end = Math.min(to, (start / dim + 1) * dim);
        head(call, row, start, end, kept);
      }
    }
  }

  /**
   * Columns of one head.
   *
   * @param kept scratch for the factor on each line of a state
   */
  private static void head(RowKernels.DeltaNetCall call, int row, long from, long to, double... kept) {
    DeltaNetSpec spec = call.spec();
    int keyDim = spec.keyDim();
    int valueDim = spec.valueDim();
    int head = (int) (from / valueDim);
    HostBuffer state = HostBuffer.of(call.rows().states().get(row));
    long keys = ((long) row * spec.keyHeads() + head % spec.keyHeads()) * keyDim;
    long values = (long) row * spec.valueHeads() * valueDim;
    long gate = (long) row * spec.valueHeads() + head;
    boolean begins = call.rows().positions()[row] == 0;
    for (int j = 0; j < keyDim; j++) {
      double step = call.step().at(gate * call.steps() + j % call.steps());
      kept[j] = begins ? 0 : Math.exp(call.rate().at(head) * softplus(step));
    }
    double beta = call.beta().at(gate);
    for (long value = from; value < to; value++) {
      long first = call.offset() + (long) head * keyDim * valueDim + value % valueDim;
      double known = 0;
      for (int j = 0; j < keyDim; j++) {
        known += kept(state, first + (long) j * valueDim, kept[j]) * call.k().at(keys + j);
      }
      double change = beta * (call.v().at(values + value) - known);
      double sum = 0;
      for (int j = 0; j < keyDim; j++) {
        long at = first + (long) j * valueDim;
        float next = (float) (kept(state, at, kept[j]) + change * call.k().at(keys + j));
        state.put(at, next);
        sum += (double) next * call.q().at(keys + j);
      }
      call.out().put(values + value, (float) sum);
    }
  }

  /** Columns {@code from} to {@code to}, exclusive, of {@link Device#linearAttention}. */
  static void linearAttention(RowKernels.LinearAttentionCall call, long from, long to) {
    for (int row = 0; row < call.rows().rows(); row++) {
      for (long value = from; value < to; value++) {
        column(call, row, value);
      }
    }
  }

  /** A column of one head's state. */
  private static void column(RowKernels.LinearAttentionCall call, int row, long value) {
    int keyDim = call.keyDim();
    int valueDim = call.valueDim();
    long head = value / valueDim;
    HostBuffer state = HostBuffer.of(call.rows().states().get(row));
    boolean begins = call.rows().positions()[row] == 0;
    long keys = (row * (long) call.heads() + head) * keyDim;
    long first = call.offset() + head * keyDim * valueDim + value % valueDim;
    double known = 0;
    for (int j = 0; j < keyDim && call.correction().isPresent() && !begins; j++) {
      known += (double) HostBuffer.of(call.correction().get().a()).at(keys + j) * state.at(first + (long) j * valueDim);
    }
    double v = call.v().at(row * call.v().cols() + value);
    double sum = 0;
    for (int j = 0; j < keyDim; j++) {
      long at = first + (long) j * valueDim;
      double next = begins ? 0 : Math.exp(call.decay().at(keys + j)) * state.at(at);
      next += call.correction().isPresent() ? HostBuffer.of(call.correction().get().b()).at(keys + j) * known : 0;
      state.put(at, (float) (next + call.k().at(keys + j) * v));
      sum += (double) state.at(at) * call.q().at(keys + j);
    }
    call.out().put(row * call.v().cols() + value, (float) sum);
  }

  /** Columns {@code from} to {@code to}, exclusive, of {@link Device#stateSpace}. */
  static void stateSpace(RowKernels.StateSpaceCall call, long from, long to) {
    var kept = new double[call.spec().stateDim()];
    int dim = call.spec().headDim();
    for (int row = 0; row < call.rows().rows(); row++) {
      for (long start = from, end; start < to; start = end) {
        end = Math.min(to, (start / dim + 1) * dim);
        head(call, row, start, end, kept);
      }
    }
  }

  /**
   * Columns of one head.
   *
   * @param kept scratch for the factor on each value of a state
   */
  private static void head(RowKernels.StateSpaceCall call, int row, long from, long to, double... kept) {
    StateSpaceSpec spec = call.spec();
    int head = (int) (from / spec.headDim());
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
    for (long value = from; value < to; value++) {
      double x = call.x().at(row * (long) spec.width() + value);
      double sum = call.skip().at(head) * x;
      long first = call.offset() + spec.stateIndex((int) value);
      for (int j = 0; j < stateDim; j++) {
        long at = first + (long) j * spec.run();
        float next = (float) (kept(state, at, kept[j]) + step * x * call.b().at(shared + j));
        state.put(at, next);
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
