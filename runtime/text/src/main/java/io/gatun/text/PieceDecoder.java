package io.gatun.text;

/** Turns the ids of one text, one after the other, into its bytes. Confined to one thread. */
interface PieceDecoder {

  /**
   * The bytes that are certain after one more token.
   *
   * @param rendered whether a control token appears as it is spelled, instead of being dropped
   * @throws IndexOutOfBoundsException if the id is not in the vocabulary
   */
  byte[] accept(int id, boolean rendered);

  /** The bytes that were held back. Call once, at the end. */
  byte[] finish();
}
