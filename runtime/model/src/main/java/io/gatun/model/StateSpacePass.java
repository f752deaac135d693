package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.StateRows;
import io.gatun.device.StateSpaceSpec;
import java.util.List;

/** The part of the forward pass that carries out selective state spaces. Used by one thread. */
final class StateSpacePass {
  private final Workbench bench;
  private final Device device;

  StateSpacePass(Workbench bench) {
    this.bench = bench;
    this.device = bench.device();
  }

  /**
   * A state space.
   *
   * @param x {@code [rows, n_embd]}
   * @param offset of the layer's part of a state
   */
  void run(Mixer.StateSpace mixer, long offset, Buffer x, StateRows at, Buffer out) {
    StateSpaceSpec shape = mixer.shape();
    int shared = shape.groups() * shape.stateDim();
    Buffer gate = bench.buffer("gate", x.rows(), shape.width());
    Buffer source = bench.buffer("source", x.rows(), mixer.source().out());
    bench.linear(x, List.of(mixer.gate(), mixer.source()), List.of(gate, source));
    Buffer convolved = bench.buffer("convolved", x.rows(), source.cols());
    device.convolve(source, bench.vector(mixer.kernel(), mixer.taps() * source.cols()), at, offset, convolved);
    mixer.kernelBias().ifPresent(name -> device.add(convolved, bench.vector(name, source.cols())));
    device.activate(convolved, ActivationFunction.SILU);

    Buffer values = bench.buffer("values", x.rows(), shape.width());
    Buffer write = bench.buffer("write", x.rows(), shared);
    Buffer read = bench.buffer("read", x.rows(), shared);
    Buffer step = bench.buffer("step", x.rows(), shape.heads());
    copy(convolved, 0, values);
    switch (mixer.selection()) {
      case Mixer.Selection.Convolved selection -> {
        copy(convolved, shape.width(), write);
        copy(convolved, shape.width() + shared, read);
        bench.linear(x, selection.step(), step);
        device.add(step, bench.vector(selection.stepBias(), shape.heads()));
      }
      case Mixer.Selection.Projected selection -> project(selection, values, write, read, step);
    }
    Buffer result = bench.buffer("scanned", x.rows(), shape.width());
    Buffer rate = bench.vector(mixer.rate(), (long) shape.heads() * mixer.rates());
    Buffer skip = bench.vector(mixer.skip(), shape.heads());
    device.stateSpace(values, write, read, rate, step, skip, shape, at, offset + mixer.scanOffset(), result);
    device.gate(gate, result, ActivationFunction.SILU);
    bench.linear(bench.norm(mixer.norm(), gate, gate), mixer.output(), out);
  }

  private void project(Mixer.Selection.Projected selection, Buffer values, Buffer write, Buffer read, Buffer step) {
    int rank = Math.toIntExact(selection.step().in());
    Buffer low = bench.buffer("low", values.rows(), selection.low().out());
    Buffer lowStep = bench.buffer("low-step", values.rows(), rank);
    bench.linear(values, selection.low(), low);
    copy(low, 0, lowStep);
    copy(low, rank, write);
    copy(low, rank + Math.toIntExact(write.cols()), read);
    bench.norm(selection.stepNorm(), lowStep, lowStep);
    bench.norm(selection.writeNorm(), write, write);
    bench.norm(selection.readNorm(), read, read);
    bench.linear(lowStep, selection.step(), step);
  }

  /** Some columns. */
  private void copy(Buffer from, int first, Buffer to) {
    int count = Math.toIntExact(to.cols());
    device.copyColumns(from, new ColumnRuns(first, 0, 0, count, count, 1), to);
  }
}
