package io.gatun.tensors;

/**
 * The file is wrong: malformed, truncated, or contradicting itself.
 *
 * <p>The message is one line that says what, where, found, expected and, where there is one, the fix.
 */
public final class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
