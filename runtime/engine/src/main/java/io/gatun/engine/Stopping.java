package io.gatun.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * When a generation ends, besides a full context. Immutable.
 *
 * @param maxTokens the most tokens to generate; empty until the end of text or of the context
 * @param texts that end it and are not part of it
 * @param tokens ids that end it
 * @param endOfText what becomes of the model's end-of-generation tokens
 * @param deadline from submission; empty for none
 */
public record Stopping(
    Optional<Integer> maxTokens,
    List<String> texts,
    List<Integer> tokens,
    EndOfText endOfText,
    Optional<Duration> deadline) {

  /** What becomes of the model's end-of-generation tokens. */
  public enum EndOfText {
    /** They end the generation. */
    ENDS,
    /** They are never chosen. */
    BANNED
  }

  /** @throws IllegalArgumentException for a value out of its range, naming it */
  public Stopping {
    texts = List.copyOf(texts);
    tokens = List.copyOf(tokens);
    Require.that(maxTokens.orElse(0) >= 0, "max_tokens", maxTokens.orElse(0), "0 or more");
    Require.that(!texts.contains(""), "stop", "an empty text", "at least one character");
  }

  /** At the end of text. */
  public static Stopping standard() {
    return new Stopping(Optional.empty(), List.of(), List.of(), EndOfText.ENDS, Optional.empty());
  }

  public Stopping maxTokens(Optional<Integer> value) {
    return new Stopping(value, texts, tokens, endOfText, deadline);
  }

  public Stopping texts(List<String> value) {
    return new Stopping(maxTokens, value, tokens, endOfText, deadline);
  }

  public Stopping tokens(List<Integer> value) {
    return new Stopping(maxTokens, texts, value, endOfText, deadline);
  }

  public Stopping endOfText(EndOfText value) {
    return new Stopping(maxTokens, texts, tokens, value, deadline);
  }

  public Stopping deadline(Duration value) {
    return new Stopping(maxTokens, texts, tokens, endOfText, Optional.of(value));
  }
}
