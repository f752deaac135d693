package io.gatun.cli.chat;

import io.gatun.cli.terminal.Console;
import io.gatun.cli.terminal.Progress;
import io.gatun.cli.terminal.PromptReading;
import io.gatun.engine.Completion;
import io.gatun.engine.Generation;
import io.gatun.engine.Piece;
import io.gatun.engine.Prompt;
import io.gatun.engine.Sampling;
import org.jspecify.annotations.Nullable;

/** One answer on its way to the screen. */
record Generating(Console console, Screen screen, Partner partner, ChatSettings.Reasoning reasoning) {

  /** Waits for the answer, which Ctrl-C ends early. */
  Completion answer(Prompt prompt, Sampling sampling) {
    var stop = new Stop();
    var last = new Piece.Kind[] {Piece.Kind.ANSWER};
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
                    show(piece, last);
                  });
      progress.follow(PromptReading.of(generation));
      stop.of(generation);
      return generation.await();
    } finally {
      screen.endAnswer();
    }
  }

  private void show(Piece piece, Piece.Kind[] last) {
    if (piece.kind() == Piece.Kind.REASONING && reasoning == ChatSettings.Reasoning.HIDDEN) {
      return;
    }
    if (piece.kind() != last[0]) {
      screen.endAnswer();
      last[0] = piece.kind();
    }
    switch (piece.kind()) {
      case ANSWER -> screen.answer(piece.text());
      case REASONING -> screen.reasoning(piece.text());
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
