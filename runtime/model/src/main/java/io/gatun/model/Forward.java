package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvPool;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.Matrix;
import io.gatun.device.RopeSpec;
import io.gatun.device.Routing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The forward pass: interprets a {@link ModelSpec} on a {@link Device}. The only one there is, for every architecture,
 * encoding and device.
 *
 * <p>Each row of a batch is computed from its own sequence alone, in an order that does not depend on the rest of the
 * batch, so logits are equal to the bit alone, in chunks of any size, and beside other sequences.
 *
 * <p>Used by one thread. Does not own the model or the device; its memory is the device's.
 */
public final class Forward {
  /** Rows that go through the head together: their logits are the widest buffer there is. */
  private static final int HEAD_ROWS = 32;

  private final ModelSpec spec;
  private final Device device;
  private final Weights weights;
  private final KvPages pages;
  private final List<RopeSpec> ropes;
  private final int maxRows;
  private final Map<String, Buffer> scratch = new HashMap<>();
  private final float[] logits;

  /**
   * Loads the model's weights onto the device; on a CPU that maps them and reads nothing.
   *
   * @param contextLength tokens the engine is configured for; longrope's factors follow it
   * @param maxRows most tokens in a batch, ≥ 1
   * @throws io.gatun.tensors.UnsupportedModelException if the device has no kernel for an encoding
   */
  public Forward(Model model, Device device, int contextLength, KvType keyType, KvType valueType, int maxRows) {
    this.spec = model.spec();
    this.device = device;
    this.maxRows = maxRows;
    logits = new float[spec.vocabSize()];
    weights = new Weights(spec, model.checkpoint(), device);
    var layers = new ArrayList<KvLayout.Layer>();
    ropes = new ArrayList<>();
    for (BlockSpec block : spec.blocks()) {
      switch (block.mixer()) {
        case Mixer.Attention attention -> {
          var shape = attention.shape();
          layers.add(new KvLayout.Layer(shape.headCountKv(), shape.keyDim(), shape.valueDim()));
          ropes.add(attention.rope().forContext(contextLength));
        }
      }
    }
    pages = new KvPages(device.kvPool(new KvLayout(layers, keyType, valueType)));
  }

  /** An empty sequence. */
  public KvCache newCache() {
    return new KvCache(pages);
  }

  /** The pages of all sequences. */
  public KvPages pages() {
    return pages;
  }

  /** Most tokens in a batch. */
  public int maxRows() {
    return maxRows;
  }

  /** Receives the logits of the marked tokens. */
  @FunctionalInterface
  public interface LogitsSink {

    /**
     * @param row of the token in the batch
     * @param logits {@code [n_vocab]}; may be changed, and is reused for the next row
     */
    void accept(int row, float[] logits);
  }

  /**
   * Computes a batch: its tokens' keys and values enter their caches, unless it fails.
   *
   * @param sink gets the logits of the marked tokens, in order
   * @throws IllegalArgumentException if the batch is empty or larger than {@link #maxRows}
   * @throws io.gatun.device.DeviceException if there is no memory for the caches
   */
  public void run(Batch batch, LogitsSink sink) {
    int rows = batch.size();
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("batch of %d tokens, expected 1 to %d".formatted(rows, maxRows));
    }
    var at = new KvRows(new int[rows][], new int[rows]);
    Buffer x = buffer("x", rows, spec.embeddingLength());
    try {
      batch.place(at.pages(), at.positions());
      device.embed(weights.matrix(spec.tokenEmbedding().weight()), batch.ids(), x);
      for (int layer = 0; layer < spec.blocks().size(); layer++) {
        block(layer, x, at);
      }
    } catch (RuntimeException | Error e) {
      batch.unplace();
      throw e;
    }
    int[] marked = batch.markedRows();
    for (int from = 0; from < marked.length; from += HEAD_ROWS) {
      logits(x, Arrays.copyOfRange(marked, from, Math.min(marked.length, from + HEAD_ROWS)), sink);
    }
  }

  private void block(int layer, Buffer x, KvRows at) {
    BlockSpec block = spec.blocks().get(layer);
    Buffer normed = buffer("normed", x.rows(), x.cols());
    Buffer update = buffer("update", x.rows(), x.cols());

    norm(block.mixerNorm(), x, normed);
    switch (block.mixer()) {
      case Mixer.Attention attention -> attention(attention, layer, normed, at, update);
    }
    device.add(x, update);

    norm(block.feedForwardNorm(), x, normed);
    switch (block.feedForward()) {
      case FeedForward.Dense dense -> dense(dense, normed, update);
      case FeedForward.Experts experts -> experts(experts, normed, update);
    }
    device.add(x, update);
  }

  private void attention(Mixer.Attention attention, int layer, Buffer x, KvRows at, Buffer out) {
    Buffer q = buffer("q", x.rows(), attention.query().out());
    Buffer k = buffer("k", x.rows(), attention.key().out());
    Buffer v = buffer("v", x.rows(), attention.value().out());
    linear(x, List.of(attention.query(), attention.key(), attention.value()), List.of(q, k, v));
    attention.queryNorm().ifPresent(norm -> norm(norm, q, q));
    attention.keyNorm().ifPresent(norm -> norm(norm, k, k));
    device.rope(q, at.positions(), ropes.get(layer));
    device.rope(k, at.positions(), ropes.get(layer));

    KvPool pool = pages.pool();
    device.append(pool, layer, k, v, at);
    Buffer mixed = buffer("mixed", x.rows(), attention.output().in());
    device.attention(q, pool, layer, attention.shape(), at, mixed);
    linear(mixed, attention.output(), out);
  }

  private void dense(FeedForward.Dense dense, Buffer x, Buffer out) {
    var hidden = List.of(buffer("gate", x.rows(), dense.gate().out()), buffer("up", x.rows(), dense.up().out()));
    if (dense.gate().bias().isEmpty() && dense.up().bias().isEmpty() && dense.down().bias().isEmpty()) {
      device.gatedMlp(x, matrix(dense.gate()), matrix(dense.up()), matrix(dense.down()), dense.function(), hidden, out);
      return;
    }
    linear(x, List.of(dense.gate(), dense.up()), hidden);
    device.gate(hidden.getFirst(), hidden.getLast(), dense.function());
    linear(hidden.getFirst(), dense.down(), out);
  }

  private void experts(FeedForward.Experts experts, Buffer x, Buffer out) {
    Buffer scores = buffer("router", x.rows(), experts.router().out());
    linear(x, experts.router(), scores);
    Routing routing = device.route(scores, experts.routing());
    Buffer gate = slots("expert-gate", routing, experts.gate().out());
    Buffer up = slots("expert-up", routing, experts.up().out());
    Buffer down = slots("expert-down", routing, experts.down().out());
    device.matmulExperts(x, matrix(experts.gate()), routing, gate);
    device.matmulExperts(x, matrix(experts.up()), routing, up);
    device.gate(gate, up, experts.function());
    device.matmulExperts(gate, matrix(experts.down()), routing, down);
    device.combine(down, routing, out);
  }

  /** The head, only for the rows that need it. */
  private void logits(Buffer x, int[] rows, LogitsSink sink) {
    Buffer chosen = buffer("chosen", HEAD_ROWS, rows.length, x.cols());
    Buffer scores = buffer("logits", HEAD_ROWS, rows.length, spec.vocabSize());
    device.gather(x, rows, chosen);
    norm(spec.outputNorm(), chosen, chosen);
    linear(chosen, spec.output(), scores);
    for (int i = 0; i < rows.length; i++) {
      device.read(scores, i, logits);
      sink.accept(rows[i], logits);
    }
  }

  private void norm(Norm norm, Buffer x, Buffer out) {
    device.rmsNorm(x, weights.vector(norm.gain()), norm.eps(), out);
  }

  private void linear(Buffer x, Linear linear, Buffer out) {
    linear(x, List.of(linear), List.of(out));
  }

  private void linear(Buffer x, List<Linear> linears, List<Buffer> outs) {
    device.matmul(x, linears.stream().map(this::matrix).toList(), outs);
    for (int i = 0; i < outs.size(); i++) {
      Buffer out = outs.get(i);
      linears.get(i).bias().ifPresent(bias -> device.add(out, weights.vector(bias)));
    }
  }

  private Matrix matrix(Linear linear) {
    return weights.matrix(linear.weight());
  }

  private Buffer slots(String role, Routing routing, long cols) {
    return buffer(role, maxRows * (long) routing.used(), routing.slots(), cols);
  }

  private Buffer buffer(String role, long rows, long cols) {
    return buffer(role, maxRows, rows, cols);
  }

  /** Scratch memory that lives as long as the device; layers of different widths have their own. */
  private Buffer buffer(String role, long capacity, long rows, long cols) {
    return scratch.computeIfAbsent(role + " " + cols, key -> device.buffer(capacity, cols)).first(rows);
  }
}
