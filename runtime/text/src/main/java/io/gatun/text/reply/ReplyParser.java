package io.gatun.text.reply;

import java.util.List;

/**
 * Takes a reply apart while it streams. What may yet become a marker, a block of calls, or white space beside a block is
 * held back and released as soon as that is decided; how the text is cut does not change what all pieces say together.
 *
 * <p>Calls are given once they are complete. What looks like a call and is not well formed is answer text, its markers
 * included. White space between blocks is layout and is dropped: before a block all of it, after a block the newlines.
 * Time is linear in the length of the reply.
 *
 * <p>Owned by one generation. Not thread-safe.
 */
public final class ReplyParser {
  private final Pieces pieces = new Pieces();
  private final ReplyReader reader;
  private final MarkerSplitter splitter;

  /**
   * Begins a reply.
   *
   * @param beginsInReasoning whether the prompt ended with opened reasoning, see {@link #opensReasoning}
   * @throws IllegalArgumentException if it did and the format has no reasoning
   */
  public ReplyParser(ReplyFormat format, boolean beginsInReasoning) {
    this.reader = format.reader(beginsInReasoning, pieces);
    this.splitter = new MarkerSplitter(format.markers(), reader);
  }

  /**
   * Whether a rendered prompt ends within reasoning: with the marker that opens it, white space aside.
   *
   * @param promptTail the prompt, or enough of its end to hold a marker
   */
  public static boolean opensReasoning(ReplyFormat format, String promptTail) {
    return format.opensReasoning(promptTail);
  }

  /**
   * What is certain after more of the reply; often nothing.
   *
   * @param text as it streams, cut anywhere
   */
  public List<ReplyPiece> accept(String text) {
    splitter.accept(text);
    return pieces.drain();
  }

  /** What was held back, at the end of the reply: an unfinished call or marker is text. Call once. */
  public List<ReplyPiece> finish() {
    splitter.finish();
    reader.finish();
    return pieces.drain();
  }
}
