package io.gatun.model;

import io.gatun.device.AttentionSpec;
import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.RopeSpec;
import io.gatun.device.Routing;
import java.util.Arrays;
import java.util.List;

/** The part of the forward pass that carries out latent attention. Used by one thread. */
final class LatentAttentionPass {
  private final Workbench bench;
  private final Device device;
  private final KvPool pool;

  /** @param pool has the layers that cache something, in order */
  LatentAttentionPass(Workbench bench, KvPool pool) {
    this.bench = bench;
    this.device = bench.device();
    this.pool = pool;
  }

  /**
   * Latent attention.
   *
   * @param x {@code [rows, n_embd]}
   * @param ropes none or one
   * @param layer of the pool
   */
  void run(Mixer.LatentAttention attention, List<RopeSpec> ropes, int layer, Buffer x, KvRows at, Buffer out) {
    int heads = attention.heads();
    int rotated = attention.positionDim();
    Buffer q = queries(attention, x);
    Buffer queryPositions = bench.buffer("q-rope", x.rows(), (long) heads * rotated);
    device.copyColumns(
        q, new ColumnRuns(attention.contentDim(), attention.keyDim(), 0, rotated, rotated, heads), queryPositions);
    ropes.forEach(rope -> device.rope(queryPositions, at.positions(), rope));

    Buffer compressed = bench.buffer("latent-and-rope", x.rows(), attention.latent().out());
    bench.linear(x, attention.latent(), compressed);
    int latentDim = attention.latentDim();
    Buffer latent = bench.buffer("latent", x.rows(), latentDim);
    device.copyColumns(compressed, new ColumnRuns(0, 0, 0, latentDim, latentDim, 1), latent);
    bench.norm(attention.latentNorm(), latent, latent);
    Buffer keyPositions = bench.buffer("k-rope", x.rows(), rotated);
    device.copyColumns(compressed, new ColumnRuns(latentDim, 0, 0, rotated, rotated, 1), keyPositions);
    ropes.forEach(rope -> device.rope(keyPositions, at.positions(), rope));

    AttentionSpec shape = attention.shape();
    Buffer k = bench.buffer("k", x.rows(), (long) shape.headCountKv() * shape.keyDim());
    attention
        .temperature()
        .ifPresent(
            temperature -> {
              bench.heat(temperature, q, at.positions());
              bench.heat(temperature, queryPositions, at.positions());
            });
    switch (attention.form()) {
      case Mixer.LatentForm.Expanded form -> {
        Buffer v = expanded(attention, form, latent, keyPositions, k);
        place(queryPositions, rotated, q, attention.contentDim(), attention.keyDim(), heads);
        device.append(pool, layer, k, v, at);
        bench.linear(mixed(shape, layer, q, at), attention.output(), out);
      }
      case Mixer.LatentForm.Absorbed form -> {
        device.copyColumns(latent, new ColumnRuns(0, 0, 0, latentDim, latentDim, 1), k);
        place(keyPositions, 0, k, latentDim, shape.keyDim(), 1);
        device.append(pool, layer, k, latent, at);
        Buffer mixed = mixed(shape, layer, absorbed(attention, form, q, queryPositions), at);
        Buffer values = bench.buffer("values", x.rows(), (long) heads * attention.valueDim());
        byHead(mixed, form.value(), heads, values);
        bench.linear(values, attention.output(), out);
      }
    }
  }

  private Buffer queries(Mixer.LatentAttention attention, Buffer x) {
    Buffer source = x;
    if (attention.queryLatent().isPresent()) {
      Mixer.Latent latent = attention.queryLatent().get();
      source = bench.buffer("q-latent", x.rows(), latent.down().out());
      bench.linear(x, latent.down(), source);
      bench.norm(latent.norm(), source, source);
    }
    Buffer q = bench.buffer("q", x.rows(), attention.query().out());
    bench.linear(source, attention.query(), q);
    return q;
  }

  private Buffer mixed(AttentionSpec shape, int layer, Buffer q, KvRows at) {
    Buffer mixed = bench.buffer("mixed", q.rows(), (long) shape.headCount() * shape.valueDim());
    device.attention(q, pool, layer, shape, at, mixed);
    return mixed;
  }

  /** Copies a part with positions into each head; of {@code stride} 0, the same part into all. */
  private void place(Buffer positions, int stride, Buffer target, int first, int headDim, int heads) {
    int rotated = headDim - first;
    device.copyColumns(positions, new ColumnRuns(0, stride, first, headDim, rotated, heads), target);
  }

  /** Fills in the keys of each head; returns the values. */
  private Buffer expanded(
      Mixer.LatentAttention attention, Mixer.LatentForm.Expanded form, Buffer latent, Buffer keyPositions, Buffer k) {
    int heads = attention.heads();
    int content = attention.contentDim();
    int value = attention.valueDim();
    Buffer both = bench.buffer("k-and-v", latent.rows(), form.keyValue().out());
    Buffer v = bench.buffer("v", latent.rows(), (long) heads * value);
    bench.linear(latent, form.keyValue(), both);
    device.copyColumns(both, new ColumnRuns(0, content + value, 0, attention.keyDim(), content, heads), k);
    place(keyPositions, 0, k, content, attention.keyDim(), heads);
    device.copyColumns(both, new ColumnRuns(content, content + value, 0, value, value, heads), v);
    return v;
  }

  /** Queries in the latent space, each followed by its part with positions. */
  private Buffer absorbed(
      Mixer.LatentAttention attention, Mixer.LatentForm.Absorbed form, Buffer q, Buffer queryPositions) {
    int heads = attention.heads();
    int content = attention.contentDim();
    int rotated = attention.positionDim();
    int latent = attention.latentDim();
    Buffer contents = bench.buffer("q-content", q.rows(), (long) heads * content);
    Buffer inLatent = bench.buffer("q-in-latent", q.rows(), (long) heads * latent);
    Buffer absorbing = bench.buffer("q-absorbing", q.rows(), (long) heads * (latent + rotated));
    device.copyColumns(q, new ColumnRuns(0, content + rotated, 0, content, content, heads), contents);
    byHead(contents, form.key(), heads, inLatent);
    device.copyColumns(inLatent, new ColumnRuns(0, latent, 0, latent + rotated, latent, heads), absorbing);
    place(queryPositions, rotated, absorbing, latent, latent + rotated, heads);
    return absorbing;
  }

  /** Each head through a matrix of its own: heads are slots, and matrices the experts that they chose. */
  private void byHead(Buffer x, Linear linear, int heads, Buffer out) {
    int rows = Math.toIntExact(x.rows());
    var experts = new int[rows * heads];
    Arrays.setAll(experts, slot -> slot % heads);
    var routing = new Routing(heads, experts, new float[experts.length]);
    long slots = x.rows() * heads;
    bench.experts(x.reshaped(slots, linear.in()), linear, routing, out.reshaped(slots, linear.out()));
  }
}
