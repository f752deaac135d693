package io.gatun.text;

/** Takes the bytes of tokens while they are decoded, a token in one stretch or several. Confined to one thread. */
interface PieceSink {
  /** @param added whether they are of an added token, which stands for itself */
  void add(byte[] bytes, boolean added);

  /** A token ends. */
  void end();

  /** The text ends. */
  void finish();
}
