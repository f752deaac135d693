package io.gatun.tensors;

/** What is subtracted from the codes of an {@link AffineEncoding} before they are scaled. */
public sealed interface ZeroPoints {

  /** The same for all: {@code (code − zero) · scale}. */
  record Fixed(int zero) implements ZeroPoints {}

  /** One of each row and group, in the third plane: {@code (code − zero) · scale}. */
  record Stored(CodeLayout layout) implements ZeroPoints {}

  /** A number of each row and group that is added instead, in the third plane: {@code code · scale + addend}. */
  record Addends(ScaleGrid grid) implements ZeroPoints {}
}
