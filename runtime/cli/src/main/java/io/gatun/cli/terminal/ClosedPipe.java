package io.gatun.cli.terminal;

/** Whoever read our output has gone: {@code gatun run … | head -c1}. Not an error; the program ends quietly. */
public final class ClosedPipe extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClosedPipe(Throwable cause) {
    super("the reader of the output has gone", cause);
  }
}
