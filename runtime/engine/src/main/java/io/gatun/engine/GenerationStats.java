package io.gatun.engine;

import java.time.Duration;

/**
 * What a generation cost.
 *
 * @param promptTokens length of the prompt
 * @param cachedTokens of these, how many were in the cache already
 * @param completionTokens generated, an end-of-generation token included
 * @param draftTokens guessed ahead and computed, see {@link Speculation}
 * @param acceptedTokens of these, how many were what the model chose
 * @param queued from submission until the engine took it up
 * @param prefill computing the prompt, until its logits were there
 * @param decode computing the following tokens
 * @param timeToFirstToken from submission until the first token was chosen; zero if there was none
 */
public record GenerationStats(
    int promptTokens,
    int cachedTokens,
    int completionTokens,
    int draftTokens,
    int acceptedTokens,
    Duration queued,
    Duration prefill,
    Duration decode,
    Duration timeToFirstToken) {

  /** Prompt tokens computed per second; 0 if none were. */
  public double promptPerSecond() {
    return rate(promptTokens - cachedTokens, prefill);
  }

  /** Tokens per second after the first; 0 if there was only one. */
  public double decodePerSecond() {
    return rate(completionTokens - 1, decode);
  }

  private static double rate(int tokens, Duration time) {
    return tokens <= 0 || time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
  }
}
