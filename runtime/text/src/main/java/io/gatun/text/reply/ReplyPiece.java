package io.gatun.text.reply;

/** A part of a reply, in the order in which the model wrote it. Texts that follow each other join to one. */
public sealed interface ReplyPiece {
  /**
   * What the model says to people.
   *
   * @param text never empty
   */
  record Answer(String text) implements ReplyPiece {}

  /**
   * What the model thinks before it answers.
   *
   * @param text never empty
   */
  record Reasoning(String text) implements ReplyPiece {}

  /** A call that is complete and well formed. */
  record Call(ToolCall call) implements ReplyPiece {}
}
