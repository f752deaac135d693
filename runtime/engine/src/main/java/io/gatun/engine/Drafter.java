package io.gatun.engine;

import java.util.List;

/** Guesses how texts go on. On the scheduler's thread. */
interface Drafter {
  /** Guesses nothing. */
  Drafter NOBODY = drafts -> {};

  /** Adds guesses to each of the drafts, as long as it wants more. */
  void guess(List<Draft> drafts);

  /** What another guess in each of some drafts costs, in nanoseconds, as measured lately. */
  default double nanosPerGuess() {
    return 0;
  }

  /** The text of this draft has ended. */
  default void end(Draft draft) {}
}
