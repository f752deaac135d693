package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
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

  /** What there is to see, all {@code [rows, n_embd]}; none of it is changed. */
  record Inputs(Buffer input, Buffer stream, Buffer block) {

    Buffer of(FeedForward.Source source) {
      return switch (source) {
        case INPUT -> input;
        case STREAM -> stream;
        case BLOCK -> block;
      };
    }
  }

  /** {@code out = feedForward(inputs)}, {@code [rows, n_embd]}. */
  void run(FeedForward feedForward, Inputs inputs, Buffer out) {
    switch (feedForward) {
      case FeedForward.Gated gated -> gated(gated, inputs.input(), out);
      case FeedForward.Plain plain -> plain(plain, inputs.input(), out);
      case FeedForward.Xielu xielu -> xielu(xielu, inputs.input(), out);
      case FeedForward.Sum sum -> sum(sum, inputs, out);
      case FeedForward.Experts experts -> experts(experts, inputs, out);
      case FeedForward.None _ -> throw new IllegalStateException("a block without a network has nothing to compute");
    }
  }

  private void gated(FeedForward.Gated network, Buffer x, Buffer out) {
    Linear gate = network.gate();
    Linear up = network.up();
    Linear down = network.down();
    var hidden = List.of(bench.buffer("gate", x.rows(), gate.out()), bench.buffer("up", x.rows(), up.out()));
    boolean usual =
        network.hiddenNorm() instanceof Norm.None
            && network.deviations().isEmpty()
            && network.limit() == Float.POSITIVE_INFINITY;
    if (usual && gate.isMatrix() && up.isMatrix() && down.isMatrix()) {
      device.gatedMlp(x, bench.matrix(gate), bench.matrix(up), bench.matrix(down), network.function(), hidden, out);
      return;
    }
    bench.linear(x, List.of(gate, up), hidden);
    network.deviations().ifPresent(deviations -> device.sparsify(hidden.getFirst(), deviations));
    gate(hidden.getFirst(), hidden.getLast(), network.function(), network.limit());
    bench.linear(bench.norm(network.hiddenNorm(), hidden.getFirst(), hidden.getFirst()), down, out);
  }

  /** {@code gate = min(max(f(gate), −limit), limit) ⊙ min(max(up, −limit), limit)}. */
  private void gate(Buffer gate, Buffer up, ActivationFunction function, float limit) {
    if (limit == Float.POSITIVE_INFINITY) {
      device.gate(gate, up, function);
      return;
    }
    device.activate(gate, function);
    device.clamp(gate, limit);
    device.clamp(up, limit);
    device.gate(gate, up, ActivationFunction.IDENTITY);
  }

  private void plain(FeedForward.Plain network, Buffer x, Buffer out) {
    Buffer hidden = bench.buffer("up", x.rows(), network.up().out());
    bench.linear(x, network.up(), hidden);
    device.activate(hidden, network.function());
    bench.linear(hidden, network.down(), out);
  }

  private void xielu(FeedForward.Xielu network, Buffer x, Buffer out) {
    Buffer hidden = bench.buffer("up", x.rows(), network.up().out());
    bench.linear(x, network.up(), hidden);
    device.xielu(hidden, network.function());
    bench.linear(hidden, network.down(), out);
  }

  private void sum(FeedForward.Sum sum, Inputs inputs, Buffer out) {
    List<FeedForward.Branch> branches = sum.branches();
    branch(branches.getFirst(), inputs, out);
    for (FeedForward.Branch other : branches.subList(1, branches.size())) {
      Buffer part = bench.buffer("branch", out.rows(), out.cols());
      branch(other, inputs, part);
      device.add(out, part);
    }
  }

  private void branch(FeedForward.Branch branch, Inputs inputs, Buffer out) {
    Buffer input = bench.buffer("branch-input", out.rows(), out.cols());
    Buffer normed = bench.norm(branch.inputNorm(), inputs.of(branch.source()), input);
    run(branch.network(), new Inputs(normed, inputs.stream(), inputs.block()), out);
    bench.norm(branch.outputNorm(), out, out);
  }

  private void experts(FeedForward.Experts experts, Inputs inputs, Buffer out) {
    Buffer x = inputs.input();
    Routing routing = route(experts.router(), inputs);
    Buffer input = experts.latent().map(latent -> narrowed(latent, x)).orElse(x);
    Routing combining = routing;
    if (experts.weighed() == FeedForward.Weighed.INPUT) {
      input = weighed(input, routing);
      combining = unweighed(routing);
    }
    Buffer hidden = hidden(experts, input, routing);
    Buffer down = bench.slots("expert-down", routing, experts.down().out());
    bench.experts(hidden, experts.down(), routing, down);
    if (experts.latent().isPresent()) {
      Buffer sum = bench.buffer("expert-sum", x.rows(), down.cols());
      device.combine(down, combining, sum);
      bench.linear(sum, experts.latent().get().up(), out);
    } else {
      device.combine(down, combining, out);
    }
    experts.shared().ifPresent(shared -> addShared(shared, inputs, out));
  }

  private Buffer narrowed(FeedForward.Latent latent, Buffer x) {
    Buffer narrow = bench.buffer("expert-latent", x.rows(), latent.down().out());
    bench.linear(x, latent.down(), narrow);
    return narrow;
  }

  private Routing route(FeedForward.Router router, Inputs inputs) {
    Buffer source = inputs.of(router.source());
    Buffer x = bench.norm(router.norm(), source, bench.buffer("router-input", source.rows(), source.cols()));
    Buffer scores = bench.buffer("router", x.rows(), router.scores().out());
    bench.linear(x, router.scores(), scores);
    if (router.scale() != 1) {
      device.scale(scores, router.scale());
    }
    return device.route(scores, router.spec());
  }

  /** What comes before the last map, a row per slot. */
  private Buffer hidden(FeedForward.Experts experts, Buffer x, Routing routing) {
    return switch (experts.widening()) {
      case FeedForward.Widening.Plain plain -> {
        Buffer up = widened("expert-up", x, plain.up(), routing);
        device.activate(up, experts.function());
        yield up;
      }
      case FeedForward.Widening.Gated gated -> {
        Buffer up = widened("expert-up", x, gated.up(), routing);
        Buffer gate = widened("expert-gate", x, gated.gate(), routing);
        gate(gate, up, experts.function(), experts.limit());
        yield gate;
      }
      case FeedForward.Widening.Fused fused -> {
        int width = Math.toIntExact(fused.both().out() / 2);
        Buffer both = widened("expert-both", x, fused.both(), routing);
        Buffer gate = bench.slots("expert-gate", routing, width);
        Buffer up = bench.slots("expert-up", routing, width);
        switch (fused.order()) {
          case GATE_FIRST -> {
            device.copyColumns(both, new ColumnRuns(0, 0, 0, width, width, 1), gate);
            device.copyColumns(both, new ColumnRuns(width, 0, 0, width, width, 1), up);
          }
          case ALTERNATING -> {
            device.copyColumns(both, new ColumnRuns(0, 2, 0, 1, 1, width), gate);
            device.copyColumns(both, new ColumnRuns(1, 2, 0, 1, 1, width), up);
          }
        }
        gate(gate, up, experts.function(), experts.limit());
        yield gate;
      }
    };
  }

  private Buffer widened(String role, Buffer x, Linear linear, Routing routing) {
    Buffer wide = bench.slots(role, routing, linear.out());
    bench.experts(x, linear, routing, wide);
    return wide;
  }

  /** Each slot's row, multiplied by its weight. */
  private Buffer weighed(Buffer x, Routing routing) {
    var rows = new int[routing.slots()];
    Arrays.setAll(rows, slot -> slot / routing.used());
    Buffer inputs = bench.slots("expert-input", routing, x.cols());
    device.gather(x, rows, inputs);
    Buffer weights = bench.slots("expert-weight", routing, 1);
    device.write(routing.weights(), weights);
    device.scaleRows(inputs, weights);
    return inputs;
  }

  private static Routing unweighed(Routing routing) {
    var ones = new float[routing.slots()];
    Arrays.fill(ones, 1);
    return new Routing(routing.used(), routing.experts(), ones);
  }

  private void addShared(FeedForward.Shared shared, Inputs inputs, Buffer out) {
    Buffer sum = bench.buffer("shared", out.rows(), out.cols());
    run(shared.network(), inputs, sum);
    shared
        .gate()
        .ifPresent(
            gate -> {
              Buffer factors = bench.buffer("shared-gate", out.rows(), 1);
              bench.linear(inputs.input(), gate, factors);
              device.activate(factors, ActivationFunction.SIGMOID);
              device.scaleRows(sum, factors);
            });
    device.add(out, sum);
    if (shared.scale() != 1) {
      device.scale(out, shared.scale());
    }
  }
}
