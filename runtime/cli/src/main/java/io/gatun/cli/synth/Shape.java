package io.gatun.cli.synth;

import io.gatun.cli.terminal.UsageException;

/**
 * The dimensions of a real model, whose weights are to be invented. Immutable and thread-safe; {@link Shapes} lists them.
 *
 * @param id what users call it
 * @param name the model that has this shape
 * @param family its architecture
 * @param block width, hidden width and heads
 * @param layers how many blocks
 * @param words the vocabulary
 * @param head whether the output projection has a tensor of its own
 * @param context tokens it was made for
 * @param rope rotary positions
 * @param experts of the feed-forward network; {@link Experts#NONE} if it is one
 */
public record Shape(
    String id,
    String name,
    Family family,
    Block block,
    int layers,
    Words words,
    Head head,
    int context,
    Rope rope,
    Experts experts) {

  /** What llama.cpp calls the architecture, and the epsilon of its norms. */
  enum Family {
    LLAMA("llama", 1e-5),
    QWEN2("qwen2", 1e-6),
    QWEN3("qwen3", 1e-6),
    QWEN3_MOE("qwen3moe", 1e-6);

    final String id;
    final double eps;

    Family(String id, double eps) {
      this.id = id;
      this.eps = eps;
    }
  }

  /** Whether the output projection is the embedding table. */
  enum Head {
    OWN,
    TIED
  }

  /**
   * Widths.
   *
   * @param width of the residual stream
   * @param hidden of the feed-forward network
   * @param heads of queries
   * @param headsKv of keys and values
   * @param headDim of each head
   */
  record Block(int width, int hidden, int heads, int headsKv, int headDim) {}

  /**
   * Rotary positions.
   *
   * @param base of the frequencies
   * @param factor by which Llama 3.1 slows low frequencies; 0 without such a table
   */
  record Rope(double base, double factor) {}

  /**
   * Experts.
   *
   * @param count how many; 0 for a plain feed-forward network
   * @param used per token
   * @param hidden of each
   */
  record Experts(int count, int used, int hidden) {
    static final Experts NONE = new Experts(0, 0, 0);
  }

  /**
   * A vocabulary.
   *
   * @param kind which algorithm
   * @param size tokens
   */
  record Words(Kind kind, int size) {
    enum Kind {
      SENTENCE_PIECE,
      LLAMA_3,
      QWEN
    }
  }

  /**
   * The same with another number of layers.
   *
   * @throws UsageException if that is less than 1
   */
  public Shape withLayers(int count) {
    if (count < 1) {
      throw new UsageException("--layers %d: expected 1 or more".formatted(count));
    }
    return new Shape(id, name, family, block, count, words, head, context, rope, experts);
  }
}
