package io.gatun.engine;

import java.util.List;

/**
 * A piece of generated text: whole characters, never empty, never a part of a stop string or a control token.
 *
 * @param text to append to what came before
 * @param tokens generated so far
 * @param logprobs of the tokens since the last piece, if {@link Sampling#logprobs} asked for them, empty otherwise; tokens
 *     after the last text, as an end-of-generation token, are only in {@link Completion#logprobs}
 */
public record Piece(String text, int tokens, List<TokenLogprobs> logprobs) {
  public Piece {
    logprobs = List.copyOf(logprobs);
  }
}
