package io.gatun.engine;

/** Receives logits row by row. */
@FunctionalInterface
public interface LogitsConsumer {

  /**
   * @param position of the token whose successor these logits predict
   * @param logits {@code [n_vocab]}; reused for the next row, so copy what is kept
   */
  void accept(int position, float[] logits);
}
