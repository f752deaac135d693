package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.RopeSpec;
import java.util.ArrayList;
import java.util.List;

/** The part of the forward pass that carries out attention over the keys and values of each head. Used by one thread. */
final class AttentionPass {
  private final Workbench bench;
  private final Device device;
  private final KvPool pool;

  /** @param pool has the layers that cache something, in order */
  AttentionPass(Workbench bench, KvPool pool) {
    this.bench = bench;
    this.device = bench.device();
    this.pool = pool;
  }

  /**
   * Softmax attention.
   *
   * @param x {@code [rows, n_embd]}
   * @param ropes the layer's, or none
   * @param layer of the pool
   */
  void run(Mixer.Attention attention, List<RopeSpec> ropes, int layer, Buffer x, KvRows at, Buffer out) {
    Buffer projectedQuery = bench.buffer("q", x.rows(), attention.query().out());
    var linears = new ArrayList<>(List.of(attention.query()));
    var projected = new ArrayList<>(List.of(projectedQuery));
    if (attention.keyValues() instanceof Mixer.KeyValues.Own own) {
      linears.addAll(List.of(own.key(), own.value()));
      projected.add(bench.buffer("k", x.rows(), own.key().out()));
      projected.add(bench.buffer("v", x.rows(), own.value().out()));
    }
    bench.linear(x, linears, projected);
    if (attention.limit() < Float.POSITIVE_INFINITY) {
      projected.forEach(buffer -> device.clamp(buffer, attention.limit()));
    }
    Buffer q =
        attention.gating() instanceof Mixer.Gating.BehindQueries
            ? half(attention.shape(), projectedQuery, 0, "q")
            : projectedQuery;
    place(attention.order(), attention.queryNorm(), ropes, q, at);
    attention.temperature().ifPresent(temperature -> bench.heat(temperature, q, at.positions()));
    if (attention.keyValues() instanceof Mixer.KeyValues.Own own) {
      Buffer k = projected.get(1);
      Buffer v = projected.get(2);
      place(attention.order(), own.keyNorm(), ropes, k, at);
      bench.norm(own.valueNorm(), v, v);
      device.append(pool, layer, k, v, at);
    }
    Buffer mixed = bench.buffer("mixed", x.rows(), attention.output().in());
    device.attention(q, pool, layer, attention.shape(), at.within(attention.ahead()), mixed);
    Buffer gated = gated(attention, x, projectedQuery, mixed);
    bench.linear(bench.norm(attention.mixedNorm(), gated, gated), attention.output(), out);
    if (attention.scale() != 1) {
      device.scale(out, attention.scale());
    }
  }

  /** Norm and positions of queries or keys. */
  private void place(Mixer.Order order, Norm norm, List<RopeSpec> ropes, Buffer heads, KvRows at) {
    switch (order) {
      case NORM_FIRST -> {
        bench.norm(norm, heads, heads);
        ropes.forEach(rope -> device.rope(heads, at.positions(), rope));
      }
      case ROPE_FIRST -> {
        ropes.forEach(rope -> device.rope(heads, at.positions(), rope));
        bench.norm(norm, heads, heads);
      }
    }
  }

  private Buffer gated(Mixer.Attention attention, Buffer x, Buffer projectedQuery, Buffer mixed) {
    return switch (attention.gating()) {
      case Mixer.Gating.None _ -> mixed;
      case Mixer.Gating.BehindQueries _ -> {
        Buffer gate = half(attention.shape(), projectedQuery, attention.shape().keyDim(), "q-gate");
        device.gate(gate, mixed, ActivationFunction.SIGMOID);
        yield gate;
      }
      case Mixer.Gating.Own own -> {
        Buffer gate = bench.buffer("q-gate", x.rows(), own.gate().out());
        bench.linear(x, own.gate(), gate);
        yield gated(own.function(), gate, mixed);
      }
    };
  }

  /** {@code f(gate) ⊙ mixed}, of a gate for each value or for each head. */
  private Buffer gated(ActivationFunction function, Buffer gate, Buffer mixed) {
    if (gate.cols() == mixed.cols()) {
      device.gate(gate, mixed, function);
      return gate;
    }
    device.activate(gate, function);
    long heads = gate.rows() * gate.cols();
    device.scaleRows(mixed.reshaped(heads, mixed.cols() / gate.cols()), gate.reshaped(heads, 1));
    return mixed;
  }

  /** The first or the second half of each head of {@code [rows, heads · 2 · keyDim]}. */
  private Buffer half(AttentionSpec shape, Buffer both, int from, String role) {
    int dim = shape.keyDim();
    Buffer half = bench.buffer(role, both.rows(), (long) shape.headCount() * dim);
    device.copyColumns(both, new ColumnRuns(from, 2 * dim, 0, dim, dim, shape.headCount()), half);
    return half;
  }
}
