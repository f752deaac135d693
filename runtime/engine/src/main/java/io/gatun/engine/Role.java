package io.gatun.engine;

import java.util.Locale;

/** Who speaks in a {@link Message}. */
public enum Role {
  SYSTEM,
  USER,
  ASSISTANT,
  /** A function that the assistant called: its result. */
  TOOL;

  /** The word that chat templates and JSON use. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
