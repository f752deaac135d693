package io.gatun.text;

/** Turns a word into ids: the {@code model} of a Hugging Face tokenizer. Immutable, thread-safe. */
sealed interface WordModel
    permits MergeModel, UnigramModel, WordPieceModel, WordLevelModel, SegmenterModel {

  /** Appends the ids of a word, which is not empty and has no unpaired surrogates. */
  void encode(String word, IdBuffer ids);
}
