package io.gatun.cli.terminal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Tells somebody at a terminal that work goes on: after a moment one line {@code label… 3 s} that counts and disappears
 * at the end. Nothing at all in a pipe. Thread-safe; ending it twice does no harm.
 */
public final class Progress implements AutoCloseable {
  private static final long QUIET_MILLIS = 400;
  private static final long STEP_MILLIS = 250;

  private final Output output;
  private volatile Supplier<String> label;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final Object lock = new Object();
  private boolean shown;

  private Progress(Output output, String label) {
    this.output = output;
    this.label = () -> label;
  }

  /** Begins to show {@code label} on standard error, if that is a terminal. */
  public static Progress on(Console console, String label) {
    var progress = new Progress(console.err(), label);
    if (console.errIsTerminal() && !Console.isDumb()) {
      Thread.ofVirtual().name("progress").start(progress::tick);
    } else {
      progress.open.set(false);
    }
    return progress;
  }

  /** What is going on now: shown with the next tick. */
  public void say(String what) {
    follow(() -> what);
  }

  /** From now on {@code what} is asked at each tick what is going on. */
  public void follow(Supplier<String> what) {
    label = what;
  }

  private void tick() {
    long begin = System.nanoTime();
    long pause = QUIET_MILLIS;
    while (open.get()) {
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      show((System.nanoTime() - begin) / 1_000_000_000L);
      pause = STEP_MILLIS;
    }
  }

  private void show(long seconds) {
    synchronized (lock) {
      if (open.get()) {
        shown = true;
        output.text("\r" + label.get() + "… " + seconds + " s\u001b[K").flush();
      }
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Ends it before its time: something else is to be shown now. */
  public void stop() {
    if (open.get()) {
      synchronized (lock) {
        if (open.getAndSet(false) && shown) {
          output.text("\r\u001b[K").flush();
        }
      }
    }
  }
}
