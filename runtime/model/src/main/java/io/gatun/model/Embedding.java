package io.gatun.model;

import java.util.Optional;

/**
 * The beginning of the residual stream: {@code x = norm(tokens[id] · scale + positions[position] + types[0])}.
 *
 * @param tokens the table {@code [n_vocab, n_embd]}
 * @param scale factor on its rows
 * @param positions a row for each position there is
 * @param types of which each token gets the first row
 * @param blockInputs what each block gets beside the stream
 */
public record Embedding(
    Linear tokens,
    float scale,
    Optional<Linear> positions,
    Optional<Linear> types,
    Norm norm,
    Optional<BlockInputs> blockInputs) {

  /**
   * Inputs of the blocks themselves, side by side: {@code (tokens[id] · tokenScale + norm(projection · x ·
   * projectionScale)) · scale}.
   *
   * @param tokens a table {@code [n_vocab, n_layer · n_input]}
   * @param projection {@code [n_layer · n_input, n_embd]}
   * @param norm of each block's {@code n_input} values
   */
  public record BlockInputs(
      Linear tokens, float tokenScale, Linear projection, float projectionScale, Norm norm, float scale) {}
}
