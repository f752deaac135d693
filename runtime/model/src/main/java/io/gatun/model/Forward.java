package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.ColumnRuns;
import io.gatun.device.Device;
import io.gatun.device.KvLayout;
import io.gatun.device.KvRows;
import io.gatun.device.KvType;
import io.gatun.device.RopeSpec;
import io.gatun.device.StateRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
  private final Workbench bench;
  private final KvPages pages;
  private final AttentionPass attention;
  private final LatentAttentionPass latentAttention;
  private final RecurrentPass recurrent;
  private final StateSpacePass stateSpace;
  private final FeedForwardPass feedForward;
  private final Optional<StreamsPass> streams;

  /** Whether a block adds the embedding. */
  private final boolean skips;

  private final List<Layer> layers;
  private float[] values = {};

  /**
   * What a block needs beside its spec.
   *
   * @param cached its layer in the pool of keys and values
   * @param state offset of its part of a sequence's state
   * @param ropes none or one
   */
  private record Layer(BlockSpec block, int cached, long state, List<RopeSpec> ropes) {}

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
    bench = new Workbench(device, new Weights(spec, model.checkpoint(), device), maxRows);
    var cached = new ArrayList<KvLayout.Layer>();
    layers = new ArrayList<>();
    long state = 0;
    for (BlockSpec block : spec.blocks()) {
      block.mixer().cached().ifPresent(cached::add);
      layers.add(layer(block, cached.size() - 1, state, contextLength));
      state += block.mixer().stateSize();
    }
    pages = new KvPages(device.kvPool(new KvLayout(cached, keyType, valueType)), new KvStates(device, state));
    attention = new AttentionPass(bench, pages.pool());
    latentAttention = new LatentAttentionPass(bench, pages.pool());
    recurrent = new RecurrentPass(bench);
    stateSpace = new StateSpacePass(bench);
    feedForward = new FeedForwardPass(bench);
    skips = spec.blocks().stream().anyMatch(block -> block.skip() != 0);
    streams = spec.streams().map(several -> new StreamsPass(bench, several, spec.embeddingLength()));
  }

  private Layer layer(BlockSpec block, int lastCached, long state, int contextLength) {
    Mixer mixer = block.mixer();
    int cached =
        mixer instanceof Mixer.Attention attention && attention.keyValues() instanceof Mixer.KeyValues.Shared shared
            ? layers.get(shared.layer()).cached()
            : lastCached;
    Optional<Rope> rope =
        switch (mixer) {
          case Mixer.Attention attention -> attention.rope();
          case Mixer.Parallel parallel -> parallel.attention().rope();
          case Mixer.LatentAttention latent -> Optional.of(latent.rope());
          case Mixer.None _, Mixer.Projection _ -> Optional.empty();
          case Mixer.DeltaNet _, Mixer.ShortConvolution _, Mixer.StateSpace _ -> Optional.empty();
        };
    return new Layer(block, cached, state, rope.map(positions -> positions.forContext(contextLength)).stream().toList());
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
    return bench.maxRows();
  }

  /** Receives what is computed for the marked tokens. */
  @FunctionalInterface
  public interface RowSink {

    /**
     * @param row of the token in the batch
     * @param values {@code [n_vocab]} logits, or an embedding {@code [n_embd]}; may be changed, and is reused for the next
     *     row
     */
    void accept(int row, float[] values);
  }

  /**
   * Computes a batch: its tokens' keys and values enter their caches, unless it fails.
   *
   * @param sink gets the logits of the marked tokens, in order
   * @throws IllegalArgumentException if the batch is empty or larger than {@link #maxRows}
   * @throws IllegalStateException if the model has no head
   * @throws io.gatun.device.DeviceException if there is no memory for the caches
   */
  public void run(Batch batch, RowSink sink) {
    Linear output =
        spec.head()
            .output()
            .orElseThrow(() -> new IllegalStateException(spec.architecture() + " makes embeddings, it has no logits"));
    Buffer x = hidden(batch);
    forMarked(batch, x, sink, chosen -> logits(output, chosen));
  }

  /**
   * Computes a batch as {@link #run} does.
   *
   * @param sink gets the last hidden state of the marked tokens, after its norm and its projections, in order
   */
  public void embed(Batch batch, RowSink sink) {
    Buffer x = hidden(batch);
    forMarked(batch, x, sink, this::embedding);
  }

  private Buffer embedding(Buffer x) {
    Buffer embedding = bench.norm(spec.head().norm(), x, x);
    for (Linear projection : spec.head().projections()) {
      Buffer projected = bench.buffer(projection.weight(), HEAD_ROWS, x.rows(), projection.out());
      bench.linear(embedding, projection, projected);
      embedding = projected;
    }
    return embedding;
  }

  /** The residual stream behind the last block. */
  private Buffer hidden(Batch batch) {
    int rows = batch.size();
    if (rows < 1 || rows > maxRows()) {
      throw new IllegalArgumentException("batch of %d tokens, expected 1 to %d".formatted(rows, maxRows()));
    }
    var at = new KvRows(new int[rows][], new int[rows], new int[rows]);
    try {
      batch.place(at, spec.sight());
      var states =
          pages.hasStates() ? new StateRows(batch.states(), at.positions()) : new StateRows(List.of(), new int[0]);
      Embedding embedding = spec.embedding();
      Buffer x = embed(embedding, batch.ids(), at.positions());
      embedding.blockInputs().ifPresent(inputs -> blockInputs(inputs, batch.ids(), x));
      if (skips) {
        copy(x, bench.buffer("embedding", x.rows(), x.cols()));
      }
      streams.ifPresent(pass -> pass.expand(x));
      for (int i = 0; i < layers.size(); i++) {
        predicted(layers.get(i), x, at, states);
        finish(i, x);
      }
      streams.ifPresent(pass -> pass.merge(x));
      return x;
    } catch (RuntimeException | Error e) {
      batch.unplace();
      throw e;
    }
  }

  private Buffer embed(Embedding embedding, int[] ids, int[] positions) {
    Buffer x = bench.buffer("x", ids.length, spec.embeddingLength());
    device.embed(bench.matrix(embedding.tokens()), ids, x);
    scale(x, embedding.scale());
    embedding.positions().ifPresent(table -> addRows(table, positions, x));
    embedding.types().ifPresent(table -> addRows(table, new int[ids.length], x));
    return bench.norm(embedding.norm(), x, x);
  }

  private void addRows(Linear table, int[] rows, Buffer x) {
    Buffer update = bench.buffer("update", x.rows(), x.cols());
    device.embed(bench.matrix(table), rows, update);
    device.add(x, update);
  }

  /** What the blocks get beside the stream: {@code [rows, n_layer · n_input]}. */
  private void blockInputs(Embedding.BlockInputs spec, int[] ids, Buffer x) {
    Buffer inputs = bench.buffer("inputs", x.rows(), spec.tokens().in());
    Buffer projected = bench.buffer("projected", x.rows(), spec.projection().out());
    device.embed(bench.matrix(spec.tokens()), ids, inputs);
    scale(inputs, spec.tokenScale());
    bench.linear(x, spec.projection(), projected);
    scale(projected, spec.projectionScale());
    bench.norm(spec.norm(), projected, projected);
    device.add(inputs, projected);
    scale(inputs, spec.scale());
  }

  /** A block, and what it means for the other streams. */
  private void predicted(Layer layer, Buffer x, KvRows at, StateRows states) {
    Optional<Streams.Prediction> prediction = layer.block().prediction();
    prediction.ifPresent(around -> streams.orElseThrow().predict(around, x));
    block(layer, x, at, states);
    prediction.ifPresent(around -> streams.orElseThrow().correct(around, x));
  }

  /** What happens to the stream behind a block. */
  private void finish(int layer, Buffer x) {
    BlockSpec block = spec.blocks().get(layer);
    if (block.skip() != 0) {
      Buffer embedding = bench.buffer("embedding", x.rows(), x.cols());
      add(new Norm.None(), copy(embedding, bench.buffer("update", x.rows(), x.cols())), block.skip(), x);
    }
    block.ownInput().ifPresent(input -> addInput(layer, input, x));
    scale(x, block.outputScale());
    bench.norm(block.outputNorm(), x, x);
  }

  private void addInput(int layer, BlockSpec.OwnInput input, Buffer x) {
    int width = Math.toIntExact(input.gate().out());
    Buffer inputs = bench.buffer("inputs", x.rows(), (long) layers.size() * width);
    Buffer own = bench.buffer("own-input", x.rows(), width);
    Buffer gate = bench.buffer("input-gate", x.rows(), width);
    Buffer update = bench.buffer("update", x.rows(), x.cols());
    device.copyColumns(inputs, new ColumnRuns(layer * width, 0, 0, width, width, 1), own);
    bench.linear(input.gain().map(gain -> multiplied(x, gain, update)).orElse(x), input.gate(), gate);
    device.gate(gate, own, input.function());
    bench.linear(gate, input.project(), update);
    if (streams.isPresent()) {
      bench.norm(input.norm(), update, update);
      streams.get().addToOthers(update);
    } else {
      add(input.norm(), update, 1, x);
    }
  }

  /** {@code out = x ⊙ gain}. */
  private Buffer multiplied(Buffer x, String gain, Buffer out) {
    copy(x, out);
    bench.multiply(out, bench.vector(gain, out.cols()));
    return out;
  }

  private Buffer copy(Buffer x, Buffer out) {
    int width = Math.toIntExact(x.cols());
    device.copyColumns(x, new ColumnRuns(0, 0, 0, width, width, 1), out);
    return out;
  }

  private void block(Layer layer, Buffer x, KvRows at, StateRows states) {
    switch (layer.block().residual()) {
      case SEQUENTIAL -> sequential(layer, x, at, states);
      case PARALLEL -> parallel(layer, x, at, states);
      case NORMED_SUM -> normedSum(layer, x, at, states);
    }
  }

  private void sequential(Layer layer, Buffer x, KvRows at, StateRows states) {
    BlockSpec block = layer.block();
    Buffer normed = bench.buffer("normed", x.rows(), x.cols());
    Buffer update = bench.buffer("update", x.rows(), x.cols());
    Buffer begun = begun(block, x);
    if (!(block.mixer() instanceof Mixer.None)) {
      Buffer input = bench.norm(block.mixerNorm(), x, normed);
      mix(layer, input, at, states, update);
      add(block.mixerOutputNorm(), update, block.residualScale(), x);
      block.bypass().ifPresent(bypass -> bypass(bypass, input, update, x));
    }
    if (!(block.feedForward() instanceof FeedForward.None)) {
      feed(block, x, begun, normed, update);
      add(block.feedForwardOutputNorm(), update, block.residualScale(), x);
    }
  }

  /** The stream as it is before a block, if the block changes it while that is still needed. */
  private Buffer begun(BlockSpec block, Buffer x) {
    return block.feedForward().sees(FeedForward.Source.BLOCK)
        ? copy(x, bench.buffer("begun", x.rows(), x.cols()))
        : x;
  }

  /** {@code out = feedForward(…)}, before its norm. */
  private void feed(BlockSpec block, Buffer x, Buffer begun, Buffer normed, Buffer out) {
    Buffer input = bench.norm(block.feedForwardNorm(), x, normed);
    feedForward.run(block.feedForward(), new FeedForwardPass.Inputs(input, x, begun), out);
  }

  private void bypass(BlockSpec.Bypass bypass, Buffer y, Buffer update, Buffer x) {
    Buffer low = bench.buffer("bypass", y.rows(), bypass.down().out());
    bench.linear(y, bypass.down(), low);
    bench.linear(low, bypass.up(), update);
    add(bypass.norm(), update, 1, x);
    device.add(x, y);
    scale(x, bypass.scale());
  }

  private void parallel(Layer layer, Buffer x, KvRows at, StateRows states) {
    BlockSpec block = layer.block();
    Buffer normed = bench.buffer("normed", x.rows(), x.cols());
    Buffer update = bench.buffer("update", x.rows(), x.cols());
    Buffer second = bench.buffer("second-update", x.rows(), x.cols());
    Buffer mixerInput = bench.norm(block.mixerNorm(), x, normed);
    mix(layer, mixerInput, at, states, update);
    boolean shared = block.feedForwardNorm().equals(block.mixerNorm());
    Buffer input = shared ? mixerInput : bench.norm(block.feedForwardNorm(), x, normed);
    feedForward.run(block.feedForward(), new FeedForwardPass.Inputs(input, x, x), second);
    add(block.mixerOutputNorm(), update, block.residualScale(), x);
    add(block.feedForwardOutputNorm(), second, block.residualScale(), x);
  }

  private void normedSum(Layer layer, Buffer x, KvRows at, StateRows states) {
    BlockSpec block = layer.block();
    Buffer normed = bench.buffer("normed", x.rows(), x.cols());
    Buffer update = bench.buffer("update", x.rows(), x.cols());
    Buffer begun = begun(block, x);
    mix(layer, bench.norm(block.mixerNorm(), x, normed), at, states, update);
    add(new Norm.None(), update, block.residualScale(), x);
    bench.norm(block.mixerOutputNorm(), x, x);
    feed(block, x, begun, normed, update);
    add(new Norm.None(), update, block.residualScale(), x);
    bench.norm(block.feedForwardOutputNorm(), x, x);
  }

  private void mix(Layer layer, Buffer x, KvRows at, StateRows states, Buffer out) {
    switch (layer.block().mixer()) {
      case Mixer.Attention mixer -> attention.run(mixer, layer.ropes(), layer.cached(), x, at, out);
      case Mixer.LatentAttention mixer ->
          latentAttention.run(mixer, layer.ropes().getFirst(), layer.cached(), x, at, out);
      case Mixer.DeltaNet mixer -> recurrent.run(mixer, layer.state(), x, states, out);
      case Mixer.ShortConvolution mixer -> recurrent.run(mixer, layer.state(), x, states, out);
      case Mixer.StateSpace mixer -> stateSpace.run(mixer, layer.state(), x, states, out);
      case Mixer.Projection mixer -> bench.linear(x, mixer.output(), out);
      case Mixer.Parallel mixer -> {
        Buffer second = bench.buffer("second-mix", x.rows(), x.cols());
        stateSpace.run(mixer.stateSpace(), layer.state(), x, states, second);
        attention.run(mixer.attention(), layer.ropes(), layer.cached(), x, at, out);
        device.add(out, second);
      }
      case Mixer.None _ -> throw new IllegalStateException("a block without a mixer has nothing to mix");
    }
  }

  /** {@code x += norm(update) · factor}. */
  private void add(Norm norm, Buffer update, float factor, Buffer x) {
    bench.norm(norm, update, update);
    scale(update, factor);
    device.add(x, update);
  }

  private void scale(Buffer x, float factor) {
    if (factor != 1) {
      device.scale(x, factor);
    }
  }

  private Buffer logits(Linear output, Buffer x) {
    Head head = spec.head();
    Buffer scores = bench.buffer("logits", HEAD_ROWS, x.rows(), output.out());
    bench.linear(bench.norm(head.norm(), x, x), output, scores);
    scale(scores, head.scale());
    if (head.softcap() > 0) {
      device.softcap(scores, head.softcap());
    }
    return scores;
  }

  /** Only the rows that need it, some at a time. */
  private void forMarked(Batch batch, Buffer x, RowSink sink, UnaryOperator<Buffer> ending) {
    int[] marked = batch.markedRows();
    for (int from = 0; from < marked.length; from += HEAD_ROWS) {
      int[] rows = Arrays.copyOfRange(marked, from, Math.min(marked.length, from + HEAD_ROWS));
      Buffer chosen = bench.buffer("chosen", HEAD_ROWS, rows.length, x.cols());
      device.gather(x, rows, chosen);
      Buffer out = ending.apply(chosen);
      values = values.length == out.cols() ? values : new float[Math.toIntExact(out.cols())];
      for (int i = 0; i < rows.length; i++) {
        device.read(out, i, values);
        sink.accept(rows[i], values);
      }
    }
  }
}
