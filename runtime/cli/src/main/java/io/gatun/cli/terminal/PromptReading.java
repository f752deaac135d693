package io.gatun.cli.terminal;

import io.gatun.engine.Generation;
import io.gatun.engine.PromptProgress;
import java.util.Locale;
import java.util.function.Supplier;

/** What is shown while one waits for an answer to begin. */
public final class PromptReading {
  /** Until there is a generation. */
  public static final String LABEL = "reading the prompt";

  private PromptReading() {}

  /** For {@link Progress#follow}, from the moment the generation starts. */
  public static Supplier<String> of(Generation generation) {
    long begin = System.nanoTime();
    return () -> text(generation.prompt(), (System.nanoTime() - begin) / 1e9);
  }

  /** {@code reading the prompt: 1024 of 4096 tokens, 350.1 t/s}; the rate is of those that are computed. */
  static String text(PromptProgress prompt, double seconds) {
    if (prompt.isDone()) {
      return "generating";
    }
    int computed = prompt.read() - prompt.cached();
    String rate = computed == 0 ? "" : String.format(Locale.ROOT, ", %.1f t/s", computed / seconds);
    return "%s: %d of %d tokens%s".formatted(LABEL, prompt.read(), prompt.tokens(), rate);
  }
}
