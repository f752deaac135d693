package io.gatun.engine;

import java.util.Locale;

/** Why a generation ended. */
public enum FinishReason {
  /** An end-of-generation token, a stop token or a stop string. */
  STOP,
  /** The token limit or the context is full. */
  LENGTH,
  /** Cancelled by the caller, by an interrupt, or because the engine was closed. */
  CANCELLED,
  /** The deadline passed. */
  DEADLINE;

  /** The word that JSON uses. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
