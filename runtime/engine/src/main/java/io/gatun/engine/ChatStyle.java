package io.gatun.engine;

/** How an engine turns a {@link Prompt.Chat} into tokens. */
public enum ChatStyle {
  /** Through the chat template in the model's file. */
  TEMPLATE,
  /** The file has no template, but its tokens or its name tell the family: through a template of ours for that. */
  FAMILY_TEMPLATE,
  /** The messages' texts in order, joined as plain text: for models that no template fits. */
  PLAIN_CONTINUATION
}
