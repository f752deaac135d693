package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.Routing;
import java.util.Arrays;
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
      case FeedForward.None _ -> throw new IllegalStateException("a block without a network has nothing to compute");
    }
  }

  private void gated(FeedForward.Gated network, Buffer x, Buffer out) {
    Linear gate = network.gate();
    Linear up = network.up();
    Linear down = network.down();
    var hidden = List.of(bench.buffer("gate", x.rows(), gate.out()), bench.buffer("up", x.rows(), up.out()));
    boolean plain = network.hiddenNorm() instanceof Norm.None;
    if (plain && gate.bias().isEmpty() && up.bias().isEmpty() && down.bias().isEmpty()) {
      device.gatedMlp(x, bench.matrix(gate), bench.matrix(up), bench.matrix(down), network.function(), hidden, out);
      return;
    }
    bench.linear(x, List.of(gate, up), hidden);
    device.gate(hidden.getFirst(), hidden.getLast(), network.function());
    bench.linear(bench.norm(network.hiddenNorm(), hidden.getFirst(), hidden.getFirst()), down, out);
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
    Buffer input = x;
    Routing combining = routing;
    if (experts.weighed() == FeedForward.Weighed.INPUT) {
      input = weighed(x, routing);
      combining = unweighed(routing);
    }
    Buffer hidden = hidden(experts, input, routing);
    Buffer down = bench.slots("expert-down", routing, experts.down().out());
    bench.experts(hidden, experts.down(), routing, down);
    device.combine(down, combining, out);
    experts.shared().ifPresent(shared -> addShared(shared, x, out));
  }

  /** What comes before the last map, a row per slot. */
  private Buffer hidden(FeedForward.Experts experts, Buffer x, Routing routing) {
    Buffer up = bench.slots("expert-up", routing, experts.up().out());
    bench.experts(x, experts.up(), routing, up);
    if (experts.gate().isEmpty()) {
      device.activate(up, experts.function());
      return up;
    }
    Buffer gate = bench.slots("expert-gate", routing, experts.up().out());
    bench.experts(x, experts.gate().get(), routing, gate);
    device.gate(gate, up, experts.function());
    return gate;
  }

  /** Each slot's row, multiplied by its weight. */
  private Buffer weighed(Buffer x, Routing routing) {
    var rows = new int[routing.slots()];
    Arrays.setAll(rows, slot -> slot / routing.used());
    Buffer inputs = bench.slots("expert-input", routing, x.cols());
    Buffer weights = bench.slots("expert-weight", routing, 1);
    device.gather(x, rows, inputs);
    device.write(routing.weights(), weights);
    device.scaleRows(inputs, weights);
    return inputs;
  }

  private static Routing unweighed(Routing routing) {
    var ones = new float[routing.slots()];
    Arrays.fill(ones, 1);
    return new Routing(routing.used(), routing.experts(), ones);
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
