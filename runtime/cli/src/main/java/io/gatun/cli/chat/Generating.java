package io.gatun.cli.chat;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.PromptReading;
import io.gatun.engine.Completion;
import io.gatun.engine.Generation;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import org.jspecify.annotations.Nullable;

/** One answer on its way to the screen. */
record Generating(Console console, Screen screen, Partner partner) {

  /** Waits for the answer, which Ctrl-C ends early. */
  Completion answer(Prompt prompt, Sampling sampling) {
    var stop = new Stop();
    try (var _ = screen.onInterrupt(stop::ask);
        var progress = Progress.on(console, PromptReading.LABEL)) {
      Generation generation =
          partner
              .session()
              .submit(
                  prompt,
                  sampling,
                  piece -> {
                    progress.stop();
                    screen.answer(piece.text());
                  });
      progress.follow(PromptReading.of(generation));
      stop.of(generation);
      return generation.await();
    } finally {
      screen.endAnswer();
    }
  }

  /** Ctrl-C, which may come before there is anything to stop. */
  private static final class Stop {
    private boolean asked;
    private @Nullable Generation generation;

    synchronized void ask() {
      asked = true;
      if (generation != null) {
        generation.cancel();
      }
    }

    synchronized void of(Generation started) {
      generation = started;
      if (asked) {
        started.cancel();
      }
    }
  }
}
