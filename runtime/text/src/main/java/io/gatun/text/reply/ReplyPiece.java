package io.gatun.text.reply;

/** A part of what a model writes as its turn. */
public sealed interface ReplyPiece {
  /** What is said. */
  record Answer(String text) implements ReplyPiece {}

  /** What is thought before. */
  record Reasoning(String text) implements ReplyPiece {}

  /** A function to be called. */
  record Call(ToolCall call) implements ReplyPiece {}
}
