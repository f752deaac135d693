package io.gatun.tensors;

/**
 * The file may be fine, but we do not do this: an unknown architecture, encoding, tokenizer, or a tensor that nothing
 * consumes. The message lists what is not supported.
 */
public final class UnsupportedModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedModelException(String message) {
    super(message);
  }
}
