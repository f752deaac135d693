package io.gatun.text;

/** What a token of a vocabulary is for. The numbers are those of {@code tokenizer.ggml.token_type}. */
public enum TokenType {
  /** No known number. Renders to nothing. */
  UNDEFINED,
  /** Ordinary text. */
  NORMAL,
  /** Stands for text that the vocabulary cannot express. Treated as a control token. */
  UNKNOWN,
  /** Steers the model. Found in text only on request, and rendered only on request. */
  CONTROL,
  /** Found in any text before everything else, and always rendered. */
  USER_DEFINED,
  /** A free place in the vocabulary. Renders to nothing. */
  UNUSED,
  /** One byte, spelled {@code <0xNN>}. */
  BYTE;

  private static final TokenType[] BY_NUMBER = values();

  static TokenType ofNumber(long number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[(int) number] : UNDEFINED;
  }

  /** The number that {@link #ofNumber} knows it by. */
  byte number() {
    return (byte) ordinal();
  }

  /** Whether text never contains the token unless special tokens are asked for. */
  boolean isSpecial() {
    return this == CONTROL || this == UNKNOWN;
  }
}
