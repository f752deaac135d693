package io.gatun.text;

import java.util.BitSet;
import java.util.Set;

/** What a tokenizer does with texts and ids. Immutable, thread-safe. */
sealed interface Codec permits SegmentingCodec, Pipeline, NoCodec {

  /**
   * Appends the ids of a text, which has no unpaired surrogates.
   *
   * @param untrusted the characters that must not be a part of a control token
   */
  void encode(String text, BitSet untrusted, Set<EncodeOption> options, IdBuffer ids);

  /** A decoder at its beginning, for ids that are a text of their own or, if not {@code fresh}, continue one. */
  PieceDecoder decoder(boolean fresh);

  /** Whether decoding removes spaces before punctuation. */
  boolean cleansUp();
}
