package io.gatun.engine;

/** Waiting that an interrupt does not end but that keeps the interrupt. */
final class Waiting {
  private Waiting() {}

  /** Something that waits. */
  interface Step {
    void run() throws InterruptedException;
  }

  static void uninterrupted(Step step) {
    boolean interrupted = false;
    while (true) {
      try {
        step.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
