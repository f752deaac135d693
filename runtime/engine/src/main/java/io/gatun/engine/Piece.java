package io.gatun.engine;

import java.util.List;

/**
 * A piece of generated text: whole characters, never empty, never a part of a stop string or a control token.
 *
 * @param text to append to what came before
 * @param kind whether it belongs to the answer
 * @param tokens generated so far
 * @param logprobs of the tokens since the last piece, if {@link Sampling#logprobs} asked for them, empty otherwise; tokens
 *     after the last text, as an end-of-generation token, are only in {@link Completion#logprobs}
 */
public record Piece(String text, Kind kind, int tokens, List<TokenLogprobs> logprobs) {

  /** What a piece is a part of. */
  public enum Kind {
    /** {@link Completion#text}. */
    ANSWER,
    /** {@link Completion#reasoning}. */
    REASONING
  }

  public Piece {
    logprobs = List.copyOf(logprobs);
  }
}
