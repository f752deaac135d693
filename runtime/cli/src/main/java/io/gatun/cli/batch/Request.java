package io.gatun.cli.batch;

import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;

/** What a line of the input asks for. */
sealed interface Request {

  /** How to answer. */
  Reply reply();

  /** A generation. */
  record Generate(Reply reply, Prompt prompt, Sampling sampling) implements Request {}

  /**
   * Nothing that can be done.
   *
   * @param message what is wrong with the line
   */
  record Bad(Reply reply, String message) implements Request {}
}
