package io.gatun.engine;

import io.gatun.model.Batch;
import java.util.Optional;

/** Something the {@link Scheduler} feeds tokens of through the model. All methods run on the scheduler's thread. */
interface Task {

  /** Tokens known or guessed, but not yet fed; 0 when it has ended. */
  int pending();

  /** Whether it needs what is pending at once: it decodes, or is about to. */
  default boolean isDecoding() {
    return pending() == 1;
  }

  /** Where tokens may be guessed now that it feeds beside the known one. */
  default Optional<Draft> draft() {
    return Optional.empty();
  }

  /** What it asks of the model. */
  enum Result {
    LOGITS,
    EMBEDDINGS
  }

  /** What {@link #accept} gets. */
  default Result result() {
    return Result.LOGITS;
  }

  /** Ends it if it was cancelled or its time is over. */
  void expire();

  /**
   * Adds the next tokens.
   *
   * @param count at most {@link #pending()}
   * @return the batch row of the first of them
   */
  int feed(Batch batch, int count);

  /** Whether it still needs the result of this row, for which it asked. */
  boolean expects(int row);

  /**
   * Takes the result of a token that it {@link #expects}.
   *
   * @param values {@code [n_vocab]} logits or an embedding {@code [n_embd]}, finite; may be changed, and is reused
   */
  void accept(int row, float[] values);

  /** Its beginning, if it may be computed from what others have computed. */
  default Optional<SharedPrompt> sharedPrompt() {
    return Optional.empty();
  }

  /** Ends it with an error. */
  void fail(Throwable cause);
}
