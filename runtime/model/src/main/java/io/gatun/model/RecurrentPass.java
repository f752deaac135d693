package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.StateRows;
import java.util.List;

/** The part of the forward pass that carries a state from token to token. Used by one thread. */
final class RecurrentPass {
  /** Keeps queries and keys of zeros from being divided by zero. */
  private static final float TINY = 1e-12f;

  private final Workbench bench;
  private final Device device;

  RecurrentPass(Workbench bench) {
    this.bench = bench;
    this.device = bench.device();
  }

  /**
   * A gated delta rule.
   *
   * @param offset of the layer's part of a state
   */
  void run(Mixer.DeltaNet net, long offset, Buffer x, StateRows at, Buffer out) {
    var shape = net.shape();
    int keys = shape.keyHeads() / net.repeats() * shape.keyDim();
    int values = shape.valueHeads() * shape.valueDim();
    Buffer mixed = bench.buffer("mixed", x.rows(), net.convolved());
    Buffer gate = bench.buffer("gate", x.rows(), values);
    long steps = (long) shape.valueHeads() * net.steps();
    Buffer step = bench.buffer("step", x.rows(), steps);
    Buffer beta = bench.buffer("beta", x.rows(), shape.valueHeads());
    source(net, x, mixed, gate);
    control(net.control(), x, step, beta);
    device.add(step, bench.vector(net.stepBias(), steps));
    device.activate(beta, ActivationFunction.SIGMOID);

    Buffer convolved = bench.buffer("convolved", x.rows(), net.convolved());
    convolve(net, mixed, at, offset, convolved);
    device.activate(convolved, ActivationFunction.SILU);
    Buffer q = heads(convolved, 0, net, "q");
    Buffer k = heads(convolved, keys, net, "k");
    Buffer v = bench.buffer("v", x.rows(), values);
    device.copyColumns(convolved, new ColumnRuns(2 * keys, 0, 0, values, values, 1), v);
    int dim = shape.keyDim();
    var length = new Norm.Rms(dim, TINY / dim);
    device.scale(bench.norm(length, q, q), 1f / dim); // of length 1, then divided by √dim
    device.scale(bench.norm(length, k, k), (float) (1 / Math.sqrt(dim)));

    Buffer result = bench.buffer("delta", x.rows(), values);
    Buffer rate = bench.vector(net.rate(), shape.valueHeads());
    device.deltaNet(q, k, v, rate, step, beta, shape, at, offset + net.ruleOffset(), result);
    device.gate(gate, bench.norm(net.norm(), result, result), net.gating());
    bench.linear(gate, net.output(), out);
  }

  private void convolve(Mixer.DeltaNet net, Buffer mixed, StateRows at, long offset, Buffer convolved) {
    if (net.kernels().size() == 1) {
      device.convolve(mixed, bench.vector(net.kernels().getFirst(), net.taps() * mixed.cols()), at, offset, convolved);
      return;
    }
    int from = 0;
    for (int i = 0; i < net.kernels().size(); i++) {
      int columns = Math.toIntExact(net.columns(i));
      Buffer part = bench.buffer("part", mixed.rows(), columns);
      Buffer result = bench.buffer("part-convolved", mixed.rows(), columns);
      device.copyColumns(mixed, new ColumnRuns(from, 0, 0, columns, columns, 1), part);
      Buffer kernel = bench.vector(net.kernels().get(i), (long) net.taps() * columns);
      device.convolve(part, kernel, at, offset + (net.taps() - 1L) * from, result);
      device.copyColumns(result, new ColumnRuns(0, 0, from, columns, columns, 1), convolved);
      from += columns;
    }
  }

  private void lowRank(Mixer.LowRank map, Buffer x, Buffer out) {
    Buffer low = bench.buffer("low", x.rows(), map.down().out());
    bench.linear(x, map.down(), low);
    bench.linear(low, map.up(), out);
  }

  private void source(Mixer.DeltaNet net, Buffer x, Buffer mixed, Buffer gate) {
    switch (net.source()) {
      case Mixer.Source.Apart apart -> bench.linear(x, List.of(apart.input(), apart.gate()), List.of(mixed, gate));
      case Mixer.Source.Separate separate -> {
        lowRank(separate.gate(), x, gate);
        int from = 0;
        for (Linear linear : List.of(separate.query(), separate.key(), separate.value())) {
          int columns = Math.toIntExact(linear.out());
          Buffer part = bench.buffer("part", x.rows(), columns);
          bench.linear(x, linear, part);
          device.copyColumns(part, new ColumnRuns(0, 0, from, columns, columns, 1), mixed);
          from += columns;
        }
      }
      case Mixer.Source.Together together -> {
        int heads = net.shape().keyHeads() / net.repeats();
        int dim = net.shape().keyDim();
        int values = Math.toIntExact(gate.cols()) / heads;
        int run = 2 * dim + 2 * values;
        Buffer all = bench.buffer("all", x.rows(), together.all().out());
        bench.linear(x, together.all(), all);
        device.copyColumns(all, new ColumnRuns(0, run, 0, dim, dim, heads), mixed);
        device.copyColumns(all, new ColumnRuns(dim, run, heads * dim, dim, dim, heads), mixed);
        device.copyColumns(all, new ColumnRuns(2 * dim, run, 2 * heads * dim, values, values, heads), mixed);
        device.copyColumns(all, new ColumnRuns(2 * dim + values, run, 0, values, values, heads), gate);
      }
    }
  }

  private void control(Mixer.Control control, Buffer x, Buffer step, Buffer beta) {
    switch (control) {
      case Mixer.Control.Apart apart -> bench.linear(x, List.of(apart.step(), apart.beta()), List.of(step, beta));
      case Mixer.Control.Low low -> {
        lowRank(low.step(), x, step);
        bench.linear(x, low.beta(), beta);
      }
      case Mixer.Control.Together together -> {
        int run = together.run();
        int runs = Math.toIntExact(step.cols()) / run;
        Buffer both = bench.buffer("step-and-beta", x.rows(), together.both().out());
        bench.linear(x, together.both(), both);
        device.copyColumns(both, new ColumnRuns(0, 2 * run, 0, run, run, runs), beta);
        device.copyColumns(both, new ColumnRuns(run, 2 * run, 0, run, run, runs), step);
      }
    }
  }

  /** The queries or keys among the columns from {@code first} on, as often as they are needed. */
  private Buffer heads(Buffer convolved, int first, Mixer.DeltaNet net, String role) {
    int dim = net.shape().keyDim();
    int repeats = net.repeats();
    int count = net.shape().keyHeads() / repeats;
    Buffer heads = bench.buffer(role, convolved.rows(), (long) net.shape().keyHeads() * dim);
    for (int i = 0; i < repeats; i++) {
      device.copyColumns(convolved, new ColumnRuns(first, dim, i * dim, repeats * dim, dim, count), heads);
    }
    return heads;
  }

  /** A short convolution; likewise. */
  void run(Mixer.ShortConvolution convolution, long offset, Buffer x, StateRows at, Buffer out) {
    int width = Math.toIntExact(convolution.output().in());
    Buffer b = bench.buffer("b", x.rows(), width);
    Buffer c = bench.buffer("c", x.rows(), width);
    Buffer y = bench.buffer("y", x.rows(), width);
    Buffer convolved = bench.buffer("convolved", x.rows(), width);
    Linear input = convolution.input();
    bench.linear(
        x, List.of(input.rows(0, width), input.rows(width, width), input.rows(2L * width, width)), List.of(b, c, y));
    device.gate(b, y, ActivationFunction.IDENTITY);
    device.convolve(b, bench.vector(convolution.kernel(), (long) convolution.taps() * width), at, offset, convolved);
    device.gate(c, convolved, ActivationFunction.IDENTITY);
    bench.linear(c, convolution.output(), out);
  }
}
