package io.gatun.model;

import io.gatun.device.ActivationFunction;
import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The part of the forward pass that carries out attention. Used by one thread. */
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
    switch (attention.keyValues()) {
      case Mixer.KeyValues.Own own -> {
        linears.addAll(List.of(own.key(), own.value()));
        projected.add(bench.buffer("k", x.rows(), own.key().out()));
        projected.add(bench.buffer("v", x.rows(), own.value().out()));
      }
      case Mixer.KeyValues.Shared _ -> {}
    }
    bench.linear(x, linears, projected);
    if (attention.limit() < Float.POSITIVE_INFINITY) {
      projected.forEach(buffer -> device.clamp(buffer, attention.limit()));
    }
    Buffer q =
        switch (attention.gating()) {
          case NONE -> projectedQuery;
          case BEHIND_QUERIES -> half(attention.shape(), projectedQuery, 0, "q");
        };
    bench.norm(attention.queryNorm(), q, q);
    ropes.forEach(rope -> device.rope(q, at.positions(), rope));
    switch (attention.keyValues()) {
      case Mixer.KeyValues.Own own -> {
        Buffer k = projected.get(1);
        Buffer v = projected.get(2);
        bench.norm(own.keyNorm(), k, k);
        bench.norm(own.valueNorm(), v, v);
        ropes.forEach(rope -> device.rope(k, at.positions(), rope));
        device.append(pool, layer, k, v, at);
      }
      case Mixer.KeyValues.Shared _ -> {}
    }
    Buffer mixed = bench.buffer("mixed", x.rows(), attention.output().in());
    device.attention(q, pool, layer, attention.shape(), at, mixed);
    switch (attention.gating()) {
      case NONE -> bench.linear(mixed, attention.output(), out);
      case BEHIND_QUERIES -> {
        Buffer gate = half(attention.shape(), projectedQuery, attention.shape().keyDim(), "q-gate");
        device.gate(gate, mixed, ActivationFunction.SIGMOID);
        bench.linear(gate, attention.output(), out);
      }
    }
  }

  /** The first or the second half of each head of {@code [rows, heads · 2 · keyDim]}. */
  private Buffer half(AttentionSpec shape, Buffer both, int from, String role) {
    int dim = shape.keyDim();
    Buffer half = bench.buffer(role, both.rows(), (long) shape.headCount() * dim);
    device.copyColumns(both, new ColumnRuns(from, 2 * dim, 0, dim, dim, shape.headCount()), half);
    return half;
  }

  /** Latent attention; likewise. */
  void run(Mixer.LatentAttention attention, RopeSpec rope, int layer, Buffer x, KvRows at, Buffer out) {
    int content = attention.contentDim();
    int rotated = attention.rope().dims();
    int heads = attention.heads();
    int latentDim = attention.latentDim();

    Buffer q = bench.buffer("q", x.rows(), attention.query().out());
    Buffer source = x;
    if (attention.queryLatent().isPresent()) {
      Mixer.Latent latent = attention.queryLatent().get();
      source = bench.buffer("q-latent", x.rows(), latent.down().out());
      bench.linear(x, latent.down(), source);
      bench.norm(latent.norm(), source, source);
    }
    bench.linear(source, attention.query(), q);
    Buffer queryPositions = bench.buffer("q-rope", x.rows(), (long) heads * rotated);
    device.copyColumns(q, new ColumnRuns(content, content + rotated, 0, rotated, rotated, heads), queryPositions);
    device.rope(queryPositions, at.positions(), rope);

    Buffer compressed = bench.buffer("latent-and-rope", x.rows(), attention.latent().out());
    Buffer latent = bench.buffer("latent", x.rows(), latentDim);
    Buffer keyPositions = bench.buffer("k-rope", x.rows(), rotated);
    bench.linear(x, attention.latent(), compressed);
    device.copyColumns(compressed, new ColumnRuns(0, 0, 0, latentDim, latentDim, 1), latent);
    device.copyColumns(compressed, new ColumnRuns(latentDim, 0, 0, rotated, rotated, 1), keyPositions);
    bench.norm(attention.latentNorm(), latent, latent);
    device.rope(keyPositions, at.positions(), rope);

    AttentionSpec shape = attention.shape();
    Buffer k = bench.buffer("k", x.rows(), (long) shape.headCountKv() * shape.keyDim());
    Buffer mixed = bench.buffer("mixed", x.rows(), (long) heads * shape.valueDim());
    switch (attention.form()) {
      case Mixer.LatentForm.Expanded expanded -> {
        int value = attention.valueDim();
        Buffer both = bench.buffer("k-and-v", x.rows(), expanded.keyValue().out());
        Buffer v = bench.buffer("v", x.rows(), (long) heads * value);
        bench.linear(latent, expanded.keyValue(), both);
        device.copyColumns(both, new ColumnRuns(0, content + value, 0, content + rotated, content, heads), k);
        device.copyColumns(keyPositions, new ColumnRuns(0, 0, content, content + rotated, rotated, heads), k);
        device.copyColumns(both, new ColumnRuns(content, content + value, 0, value, value, heads), v);
        device.copyColumns(queryPositions, new ColumnRuns(0, rotated, content, content + rotated, rotated, heads), q);
        device.append(pool, layer, k, v, at);
        device.attention(q, pool, layer, shape, at, mixed);
        bench.linear(mixed, attention.output(), out);
      }
      case Mixer.LatentForm.Absorbed absorbed -> {
        device.copyColumns(latent, new ColumnRuns(0, 0, 0, latentDim, latentDim, 1), k);
        device.copyColumns(keyPositions, new ColumnRuns(0, 0, latentDim, rotated, rotated, 1), k);
        device.append(pool, layer, k, latent, at);
        Buffer absorbing = absorbed(attention, absorbed, q, queryPositions);
        device.attention(absorbing, pool, layer, shape, at, mixed);
        Buffer values = bench.buffer("values", x.rows(), (long) heads * attention.valueDim());
        byHead(mixed, absorbed.value(), heads, values);
        bench.linear(values, attention.output(), out);
      }
    }
  }

  /** Queries in the latent space, each followed by its part with positions. */
  private Buffer absorbed(
      Mixer.LatentAttention attention, Mixer.LatentForm.Absorbed form, Buffer q, Buffer queryPositions) {
    int heads = attention.heads();
    int content = attention.contentDim();
    int rotated = attention.rope().dims();
    int latent = attention.latentDim();
    Buffer contents = bench.buffer("q-content", q.rows(), (long) heads * content);
    Buffer inLatent = bench.buffer("q-in-latent", q.rows(), (long) heads * latent);
    Buffer absorbing = bench.buffer("q-absorbing", q.rows(), (long) heads * (latent + rotated));
    device.copyColumns(q, new ColumnRuns(0, content + rotated, 0, content, content, heads), contents);
    byHead(contents, form.key(), heads, inLatent);
    device.copyColumns(inLatent, new ColumnRuns(0, latent, 0, latent + rotated, latent, heads), absorbing);
    device.copyColumns(
        queryPositions, new ColumnRuns(0, rotated, latent, latent + rotated, rotated, heads), absorbing);
    return absorbing;
  }

  /** Each head through a matrix of its own: heads are slots, and matrices the experts that they chose. */
  private void byHead(Buffer x, Linear linear, int heads, Buffer out) {
    int rows = Math.toIntExact(x.rows());
    var experts = new int[rows * heads];
    Arrays.setAll(experts, slot -> slot % heads);
    var routing = new Routing(heads, experts, new float[experts.length]);
    bench.experts(x.reshaped(x.rows() * heads, linear.in()), linear, routing, out.reshaped(x.rows() * heads, linear.out()));
  }
}
