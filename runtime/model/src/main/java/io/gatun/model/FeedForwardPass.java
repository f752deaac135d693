package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Routing;
import java.util.List;

/** The part of the forward pass that treats each token by itself. Used by one thread. */
final class FeedForwardPass {
  private final Workbench bench;
  private final Device device;

  FeedForwardPass(Workbench bench) {
    this.bench = bench;
    this.device = bench.device();
  }

  /** {@code out = feedForward(x)}, both {@code [rows, n_embd]}. */
  void run(FeedForward feedForward, Buffer x, Buffer out) {
    switch (feedForward) {
      case FeedForward.Gated gated -> gated(gated, x, out);
      case FeedForward.Plain plain -> plain(plain, x, out);
      case FeedForward.Experts experts -> experts(experts, x, out);
    }
  }

  private void gated(FeedForward.Gated network, Buffer x, Buffer out) {
    Linear gate = network.gate();
    Linear up = network.up();
    Linear down = network.down();
    var hidden = List.of(bench.buffer("gate", x.rows(), gate.out()), bench.buffer("up", x.rows(), up.out()));
    if (gate.bias().isEmpty() && up.bias().isEmpty() && down.bias().isEmpty()) {
      device.gatedMlp(x, bench.matrix(gate), bench.matrix(up), bench.matrix(down), network.function(), hidden, out);
      return;
    }
    bench.linear(x, List.of(gate, up), hidden);
    device.gate(hidden.getFirst(), hidden.getLast(), network.function());
    bench.linear(hidden.getFirst(), down, out);
  }

  private void plain(FeedForward.Plain network, Buffer x, Buffer out) {
    Buffer hidden = bench.buffer("up", x.rows(), network.up().out());
    bench.linear(x, network.up(), hidden);
    device.activate(hidden, network.function());
    bench.linear(hidden, network.down(), out);
  }

  private void experts(FeedForward.Experts experts, Buffer x, Buffer out) {
    Buffer scores = bench.buffer("router", x.rows(), experts.router().out());
    bench.linear(x, experts.router(), scores);
    Routing routing = device.route(scores, experts.routing());
    Buffer gate = bench.slots("expert-gate", routing, experts.gate().out());
    Buffer up = bench.slots("expert-up", routing, experts.up().out());
    Buffer down = bench.slots("expert-down", routing, experts.down().out());
    bench.experts(x, experts.gate(), routing, gate);
    bench.experts(x, experts.up(), routing, up);
    device.gate(gate, up, experts.function());
    bench.experts(gate, experts.down(), routing, down);
    device.combine(down, routing, out);
    experts.shared().ifPresent(shared -> addShared(shared, x, out));
  }

  private void addShared(FeedForward.Shared shared, Buffer x, Buffer out) {
    Buffer sum = bench.buffer("shared", x.rows(), x.cols());
    run(shared.network(), x, sum);
    shared
        .gate()
        .ifPresent(
            gate -> {
              Buffer factors = bench.buffer("shared-gate", x.rows(), 1);
              bench.linear(x, gate, factors);
              device.activate(factors, ActivationFunction.SIGMOID);
              device.scaleRows(sum, factors);
            });
    device.add(out, sum);
  }
}
