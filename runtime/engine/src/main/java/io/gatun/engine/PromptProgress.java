package io.gatun.engine;

/**
 * How far a generation has read its prompt.
 *
 * @param tokens of the prompt
 * @param cached of them, that were not to be computed
 * @param read of them, cached or computed so far; grows chunk by chunk
 */
public record PromptProgress(int tokens, int cached, int read) {

  /** Whether all of it is read. */
  public boolean isDone() {
    return read == tokens;
  }
}
