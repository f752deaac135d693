package io.gatun.engine;

/** A running generation: cancel it, or wait for it. Thread-safe. */
public interface Generation {

  /**
   * Waits for the end. An interrupted waiter gets the cancelled generation at once, with its interrupt flag kept.
   *
   * @throws RuntimeException what made the generation fail, for example a {@link io.gatun.tensors.FormatException} when
   *     logits are not finite, or what the caller's own listener or processor threw
   */
  Completion await();

  /** Asks it to end; it does so after the token in flight, with {@link FinishReason#CANCELLED}. Idempotent. */
  void cancel();

  /** How far it has read its prompt, at this moment. */
  PromptProgress prompt();

  /** Whether it has ended. */
  boolean isDone();
}
