package io.gatun.text;

import java.nio.charset.StandardCharsets;

/** The algorithm of a tokenizer: turns text without special tokens into ids. Immutable, thread-safe. */
sealed interface Segmenter permits SentencePiece, BytePair, WordPiece, Unigram, GreedyTrie, Plamo2 {
  /** How SentencePiece and its like spell a space. */
  char SPACE = '▁';

  /** Appends the ids of {@code text}, which is not empty and has no unpaired surrogates. */
  void encode(String text, IdBuffer ids);

  /** The bytes that an ordinary token, given its spelling, stands for. */
  byte[] decode(String spelling);

  /** Whether a text gets a space in front, so that its first word is spelled as any other. */
  default boolean prefixesSpace() {
    return false;
  }

  /** Whether decoding removes spaces before punctuation. */
  default boolean cleansUp() {
    return false;
  }

  /** The bytes of a token of any type, special tokens as they are spelled. */
  default byte[] render(TokenType type, String spelling) {
    return switch (type) {
      case UNKNOWN, CONTROL, USER_DEFINED -> spelling.getBytes(StandardCharsets.UTF_8);
      case NORMAL -> decode(spelling);
      case BYTE -> new byte[] {ByteTokens.value(spelling)};
      case UNUSED, UNDEFINED -> new byte[0];
    };
  }
}
