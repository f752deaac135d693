package io.gatun.cli.chat;

import io.gatun.engine.Completion;
import io.gatun.engine.FinishReason;
import io.gatun.engine.GenerationStats;
import java.util.Locale;

/** What is said below an answer. */
public final class Answer {
  private Answer() {}

  /** {@code [ prompt 12 computed, 30 reused, 123.4 t/s | answer 45 tokens, 67.8 t/s | context 87 of 512 ]}. */
  static String footer(Completion completion, int contextLength) {
    GenerationStats stats = completion.stats();
    return String.format(
        Locale.ROOT,
        "[ prompt %d computed, %d reused, %.1f t/s | answer %d tokens, %.1f t/s | context %d of %d%s ]",
        stats.promptTokens() - stats.cachedTokens(),
        stats.cachedTokens(),
        stats.promptPerSecond(),
        stats.completionTokens(),
        stats.decodePerSecond(),
        stats.promptTokens() + stats.completionTokens(),
        contextLength,
        ended(completion, contextLength));
  }

  private static String ended(Completion completion, int contextLength) {
    GenerationStats stats = completion.stats();
    return switch (completion.finishReason()) {
      case STOP -> "";
      case CANCELLED -> " | stopped";
      case DEADLINE -> " | out of time";
      case LENGTH ->
          stats.promptTokens() + stats.completionTokens() >= contextLength ? " | context full" : " | token limit";
    };
  }

  /** Line by line, as {@code /set verbose} wants it. */
  static String details(Completion completion) {
    GenerationStats stats = completion.stats();
    return String.format(
        Locale.ROOT,
        """
        prompt:              %d tokens, %d of them cached, %.1f ms, %.1f tokens/s
        answer:              %d tokens, %.1f ms, %.1f tokens/s
        time to first token: %.1f ms%s
        finish reason:       %s
        seed:                %d""",
        stats.promptTokens(),
        stats.cachedTokens(),
        stats.prefill().toNanos() / 1e6,
        stats.promptPerSecond(),
        stats.completionTokens(),
        stats.decode().toNanos() / 1e6,
        stats.decodePerSecond(),
        stats.timeToFirstToken().toNanos() / 1e6,
        guesses(stats.draftTokens(), stats.acceptedTokens()),
        completion.finishReason().id(),
        completion.seed());
  }

  /** A line on tokens that were guessed ahead, after a newline; empty if none were. */
  public static String guesses(long tokens, long right) {
    return tokens == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "\nguessed ahead:       %d tokens, %d of them right (%.1f %%)",
            tokens,
            right,
            100.0 * right / tokens);
  }

  static boolean filledContext(Completion completion, int contextLength) {
    GenerationStats stats = completion.stats();
    return completion.finishReason() == FinishReason.LENGTH
        && stats.promptTokens() + stats.completionTokens() >= contextLength;
  }
}
