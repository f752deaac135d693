package io.gatun.engine;

import io.gatun.text.Tokenizer;

/** What a sampler asks about tokens. */
interface TokenTexts {

  /** The bytes that a token adds to a text. */
  byte[] piece(int id);

  /** Tokens that end a text. */
  Iterable<Integer> endOfGeneration();

  static TokenTexts of(Tokenizer tokenizer) {
    return new TokenTexts() {
      @Override
      public byte[] piece(int id) {
        return tokenizer.piece(id);
      }

      @Override
      public Iterable<Integer> endOfGeneration() {
        return tokenizer.vocabulary().endOfGeneration();
      }
    };
  }
}
