package io.gatun.cli.terminal;

/** The user asked for something that cannot be: the message says what, what was found, what is expected, and the fix. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
