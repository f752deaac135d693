package io.gatun.model;

/** How the embeddings of tokens become one of their text. */
public enum Pooling {
  /** They do not: each token has its own. */
  NONE,
  /** Their mean. */
  MEAN,
  /** The first token's. */
  CLS,
  /** The last token's. */
  LAST
}
