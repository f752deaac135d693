package io.gatun.text;

/** What a token of a vocabulary is for. The numbers are those of {@code tokenizer.ggml.token_type}. */
public enum TokenType {
  /** No known number. Renders to nothing. */
  UNDEFINED(0),
  /** Ordinary text. */
  NORMAL(1),
  /** Stands for text that the vocabulary cannot express. Treated as a control token. */
  UNKNOWN(2),
  /** Steers the model. Found in text only on request, and rendered only on request. */
  CONTROL(3),
  /** Found in any text before everything else, and always rendered. */
  USER_DEFINED(4),
  /** A free place in the vocabulary. Renders to nothing. */
  UNUSED(5),
  /** One byte, spelled {@code <0xNN>}. */
  BYTE(6);

  private static final TokenType[] BY_NUMBER = values();

  private final byte number;

  TokenType(int number) {
    this.number = (byte) number;
  }

  static TokenType ofNumber(long number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[(int) number] : UNDEFINED;
  }

  /** The number that {@link #ofNumber} knows it by. */
  byte number() {
    return number;
  }

  /** Whether text never contains the token unless special tokens are asked for. */
  boolean isSpecial() {
    return this == CONTROL || this == UNKNOWN;
  }
}
