package io.gatun.cli.batch;

import io.gatun.cli.chat.Answer;
import java.util.Locale;

/** Counts what a run does, for people who wait for it. Thread-safe. */
final class BatchTally {
  private final long lines;
  private final long resumed;
  private final long begin = System.nanoTime();
  private long done;
  private long errors;
  private long firstError;
  private long promptTokens;
  private long completionTokens;
  private long draftTokens;
  private long acceptedTokens;

  BatchTally(long lines, long resumed) {
    this.lines = lines;
    this.resumed = resumed;
  }

  synchronized void answered(int prompt, int completion) {
    done++;
    promptTokens += prompt;
    completionTokens += completion;
  }

  synchronized void guessed(int tokens, int right) {
    draftTokens += tokens;
    acceptedTokens += right;
  }

  synchronized void bad(long line) {
    done++;
    errors++;
    firstError = firstError == 0 ? line : Math.min(firstError, line);
  }

  synchronized long errors() {
    return errors;
  }

  synchronized long firstError() {
    return firstError;
  }

  synchronized long done() {
    return done + resumed;
  }

  /** For a terminal: lines, rates, and the time left if all lines are like those before. */
  synchronized String progress() {
    double seconds = seconds();
    String left = done == 0 ? "" : ", " + span(Math.round((lines - resumed - done) * seconds / done)) + " left";
    return String.format(
        Locale.ROOT, "%d of %d lines, %.1f lines/s, %.0f tokens/s%s", done + resumed, lines, done / seconds, completionTokens / seconds, left);
  }

  /** Several lines, without a newline at the end. */
  synchronized String summary() {
    double seconds = seconds();
    return String.format(
        Locale.ROOT,
        """
        lines:               %d, of these %d there before, %d with errors now
        time:                %.1f s, %.2f lines/s
        prompts:             %d tokens, %.1f tokens/s
        generation:          %d tokens, %.1f tokens/s%s""",
        lines,
        resumed,
        errors,
        seconds,
        done / seconds,
        promptTokens,
        promptTokens / seconds,
        completionTokens,
        completionTokens / seconds,
        Answer.guesses(draftTokens, acceptedTokens));
  }

  /** At least a microsecond. */
  private double seconds() {
    return Math.max(1e-6, (System.nanoTime() - begin) / 1e9);
  }

  static String span(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
  }
}
