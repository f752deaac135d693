package io.gatun.cli.batch;

/** A line of the input, without its end. */
sealed interface InputLine {

  /** Counted from 1. */
  long number();

  /**
   * Text.
   *
   * @param text may be blank
   */
  record Text(long number, String text) implements InputLine {}

  /**
   * Bytes that are no text.
   *
   * @param problem why
   */
  record Unreadable(long number, String problem) implements InputLine {}
}
