package io.gatun.engine;

import java.util.List;

/**
 * Log-probabilities at one place of a generation: natural logarithms of the softmax of the model's own logits, before
 * biases, processors, penalties and temperature, so that they do not depend on how the token was chosen.
 *
 * @param id the chosen token
 * @param logprob its log-probability
 * @param top the likeliest tokens, the likeliest first, ties to the lower id; as many as were asked for, whether the chosen
 *     one is among them or not
 */
public record TokenLogprobs(int id, double logprob, List<Likely> top) {

  /**
   * A likely token.
   *
   * @param id of it
   * @param logprob its log-probability
   */
  public record Likely(int id, double logprob) {}

  public TokenLogprobs {
    top = List.copyOf(top);
  }
}
