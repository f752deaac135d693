package io.gatun.cli.terminal;

import java.io.InputStream;
import java.io.OutputStream;

/** Consoles that are not those of the process. */
public final class Consoles {
  private Consoles() {}

  /** Three streams, none of them a terminal. */
  public static Console of(InputStream in, OutputStream out, OutputStream err) {
    return new Console(in, new Output(out), new Output(err), "");
  }
}
