package io.gatun.engine;

/** How an engine turns a {@link Prompt.Chat} into tokens. */
public enum ChatStyle {
  /** The messages' texts in order, joined as plain text: for models without a usable chat template. */
  PLAIN_CONTINUATION
}
