package io.gatun.device;

/** Whether a backend or a kernel tier can be used here. */
public sealed interface Verdict {

  /** It can. */
  record Usable() implements Verdict {}

  /**
   * It cannot.
   *
   * @param reason for people: what is missing, and how to provide it
   */
  record Refused(String reason) implements Verdict {}
}
