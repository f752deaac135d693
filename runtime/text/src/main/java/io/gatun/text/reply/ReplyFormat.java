package io.gatun.text.reply;

/** How a model marks the parts of its turn. */
public enum ReplyFormat {
  /** It does not: all is the answer. */
  PLAIN;

  /** The format that goes with a chat template. */
  public static ReplyFormat of(String chatTemplate) {
    return PLAIN;
  }

  /** Whether marks are control tokens, which must be rendered for {@link ReplyParser#accept}. */
  public boolean usesControlTokens() {
    return false;
  }
}
