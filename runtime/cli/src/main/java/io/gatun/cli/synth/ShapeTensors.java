package io.gatun.cli.synth;

/** The tensors of a {@link Shape}, under the names that GGUF gives them. Used by one thread. */
final class ShapeTensors {
  private final Shape shape;
  private final Visitor visitor;

  private ShapeTensors(Shape shape, Visitor visitor) {
    this.shape = shape;
    this.visitor = visitor;
  }

  /** Is shown the tensors, in the order of a file. */
  interface Visitor {
    /**
     * A matrix, or one for each expert.
     *
     * @param name without {@code .weight}
     * @param layer of its block; 0 outside blocks
     * @param lengths {@code out, in}, for experts {@code count, out, in}
     */
    void matrix(String name, Role role, int layer, long... lengths);

    /** A vector, under its whole name. */
    void vector(String name, Role role, long length);
  }

  /** Shows all tensors. */
  static void visit(Shape shape, Visitor visitor) {
    new ShapeTensors(shape, visitor).all();
  }

  private void all() {
    long width = shape.block().width();
    visitor.matrix("token_embd", Role.EMBEDDING, 0, shape.words().size(), width);
    for (int layer = 0; layer < shape.layers(); layer++) {
      attention(layer, "blk." + layer + ".");
      feedForward(layer, "blk." + layer + ".");
    }
    visitor.vector("output_norm.weight", Role.GAIN, width);
    switch (shape.head()) {
      case OWN -> visitor.matrix("output", Role.HEAD, 0, shape.words().size(), width);
      case TIED -> {}
    }
    if (shape.rope().factor() > 0) {
      visitor.vector("rope_freqs.weight", Role.ROPE_DIVISORS, shape.block().headDim() / 2);
    }
  }

  private void attention(int layer, String prefix) {
    var block = shape.block();
    long width = block.width();
    long queries = (long) block.heads() * block.headDim();
    long keys = (long) block.headsKv() * block.headDim();
    visitor.vector(prefix + "attn_norm.weight", Role.GAIN, width);
    visitor.matrix(prefix + "attn_q", Role.QUERY, layer, queries, width);
    visitor.matrix(prefix + "attn_k", Role.KEY, layer, keys, width);
    visitor.matrix(prefix + "attn_v", Role.VALUE, layer, keys, width);
    visitor.matrix(prefix + "attn_output", Role.ATTENTION_OUTPUT, layer, width, queries);
    switch (shape.family()) {
      case LLAMA -> {}
      case QWEN2 -> {
        visitor.vector(prefix + "attn_q.bias", Role.BIAS, queries);
        visitor.vector(prefix + "attn_k.bias", Role.BIAS, keys);
        visitor.vector(prefix + "attn_v.bias", Role.BIAS, keys);
      }
      case QWEN3, QWEN3_MOE -> {
        visitor.vector(prefix + "attn_q_norm.weight", Role.GAIN, block.headDim());
        visitor.vector(prefix + "attn_k_norm.weight", Role.GAIN, block.headDim());
      }
    }
  }

  private void feedForward(int layer, String prefix) {
    long width = shape.block().width();
    var experts = shape.experts();
    visitor.vector(prefix + "ffn_norm.weight", Role.GAIN, width);
    if (experts.count() == 0) {
      long hidden = shape.block().hidden();
      visitor.matrix(prefix + "ffn_gate", Role.GATE, layer, hidden, width);
      visitor.matrix(prefix + "ffn_up", Role.UP, layer, hidden, width);
      visitor.matrix(prefix + "ffn_down", Role.DOWN, layer, width, hidden);
    } else {
      long count = experts.count();
      long hidden = experts.hidden();
      visitor.matrix(prefix + "ffn_gate_inp", Role.ROUTER, layer, count, width);
      visitor.matrix(prefix + "ffn_gate_exps", Role.GATE, layer, count, hidden, width);
      visitor.matrix(prefix + "ffn_up_exps", Role.UP, layer, count, hidden, width);
      visitor.matrix(prefix + "ffn_down_exps", Role.DOWN, layer, count, width, hidden);
    }
  }
}
