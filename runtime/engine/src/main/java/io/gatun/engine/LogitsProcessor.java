package io.gatun.engine;

/** A step of the user's own before sampling, called on the engine's thread for each token. */
@FunctionalInterface
public interface LogitsProcessor {

  /**
   * Changes logits in place, for example {@code logits[id] = Float.NEGATIVE_INFINITY} to ban a token.
   *
   * @param logits of the next token, {@code [n_vocab]}
   * @param history the tokens so far, prompt and generated; a read-only view
   */
  void process(float[] logits, History history);

  /** Tokens so far. */
  interface History {
    /** Prompt and generated tokens. */
    int size();

    /** Tokens of the prompt. */
    int promptSize();

    /** The token at {@code index}, 0 the first of the prompt. */
    int token(int index);
  }
}
