package io.gatun.text.reply;

import java.util.List;

/** Tells the parts of a model's turn apart while it is written. Owned by one generation, confined to one thread. */
public final class ReplyParser {
  /** @param beginsInReasoning whether the prompt has opened the reasoning already */
  public ReplyParser(ReplyFormat format, boolean beginsInReasoning) {}

  /** Whether a prompt that ends so has opened the reasoning. */
  public static boolean opensReasoning(ReplyFormat format, String promptTail) {
    return false;
  }

  /** What is certain after more text. */
  public List<ReplyPiece> accept(String text) {
    return text.isEmpty() ? List.of() : List.of(new ReplyPiece.Answer(text));
  }

  /** What was held back. */
  public List<ReplyPiece> finish() {
    return List.of();
  }
}
