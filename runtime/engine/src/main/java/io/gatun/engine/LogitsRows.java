package io.gatun.engine;

/** Which positions of a prompt to give logits for. */
public enum LogitsRows {
  LAST,
  ALL
}
