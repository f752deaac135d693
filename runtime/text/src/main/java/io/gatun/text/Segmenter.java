package io.gatun.text;

/** The algorithm of a tokenizer: turns text without special tokens into ids. Immutable, thread-safe. */
sealed interface Segmenter permits SentencePiece, BytePair {

  /** Appends the ids of {@code text}, which has no unpaired surrogates. */
  void encode(String text, IdBuffer ids);

  /** The bytes that an ordinary token, given its spelling, stands for. */
  byte[] decode(String spelling);

  /** Whether a text gets a space in front, so that its first word is spelled as any other. */
  boolean prefixesSpace();

  /** Whether decoding removes spaces before punctuation. */
  boolean cleansUp();
}
