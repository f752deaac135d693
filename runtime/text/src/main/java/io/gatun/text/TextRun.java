package io.gatun.text;

import java.util.Objects;

/**
 * A stretch of a prompt and who wrote it. Control tokens are recognised only where every character of their spelling is
 * the template's. Immutable.
 */
public record TextRun(String text, Origin origin) {

  /** Who wrote a run of text. */
  public enum Origin {
    /** The chat template: its control tokens count. */
    TEMPLATE,
    /** A message: what looks like a control token is text. */
    USER
  }

  public TextRun {
    Objects.requireNonNull(text);
    Objects.requireNonNull(origin);
  }

  public static TextRun template(String text) {
    return new TextRun(text, Origin.TEMPLATE);
  }

  public static TextRun user(String text) {
    return new TextRun(text, Origin.USER);
  }
}
