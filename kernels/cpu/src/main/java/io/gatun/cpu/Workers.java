package io.gatun.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed crew of threads that share loops. The caller works too, as worker 0. Chunks are handed out dynamically, and
 * the caller waits only for workers that took part: a worker that the system did not run in time costs nothing.
 *
 * <p>Waiting threads spin briefly and then park. A dispatch allocates nothing. Owned by a device; one thread dispatches
 * at a time; {@link #close} may come from any thread.
 */
public final class Workers implements AutoCloseable {
  /** Long enough to bridge the short serial steps between two products, too short to disturb other processes. */
  private static final long SPIN_NANOS = 50_000;

  /** Chunks per worker, so that one that is held up leaves its share to the others. */
  private static final int CHUNKS_PER_WORKER = 8;

  // The state is [epoch | open: 1 bit | workers inside: 16 bits]. A worker may enter an epoch while it is open, and the
  // fields below it do not change before the epoch is shut and nobody is inside.
  private static final long OPEN = 1L << 16;
  private static final long INSIDE = OPEN - 1;
  private static final long EPOCH = OPEN << 1;

  private static final Body NOTHING = (_, _, _) -> {};

  private final Worker[] workers;
  private final AtomicLong state = new AtomicLong();
  private final AtomicLong next = new AtomicLong();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable Thread waiting;
  private volatile boolean closed;
  private Body body = NOTHING;
  private long count;
  private long chunk;

  /** A part of a loop. */
  @FunctionalInterface
  public interface Body {

    /**
     * @param from first index
     * @param to after the last
     * @param worker who runs it: 0 for the caller, below {@link Workers#threads}
     */
    void run(long from, long to, int worker);
  }

  /** @param threads how many work on a loop, the caller included, ≥ 1 */
  public Workers(int threads) {
    if (threads < 1 || threads > INSIDE) {
      throw new IllegalArgumentException("threads %d: expected 1 to %d".formatted(threads, INSIDE));
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
    }
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  /** How many work on a loop, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} over {@code [0, count)} in chunks and returns when all are done.
   *
   * @param grain indices that are worth a thread; chunks are multiples of it, and up to one is done by the caller alone
   * @throws RuntimeException or an Error, the first that a chunk threw; chunks not yet begun are dropped
   * @throws IllegalStateException if closed, or if another loop is running
   */
  public void run(long count, long grain, Body body) {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("the workers are busy: a device computes for one thread at a time");
    }
    try {
      if (closed) {
        throw new IllegalStateException("the workers are closed");
      }
      if (count <= grain || workers.length == 0) {
        if (count > 0) {
          body.run(0, count, 0);
        }
      } else {
        share(count, grain * Math.max(1, count / (grain * threads() * CHUNKS_PER_WORKER)), body);
      }
    } finally {
      busy.set(false);
    }
  }

  private void share(long indices, long chunkLength, Body loop) {
    body = loop;
    count = indices;
    chunk = chunkLength;
    next.set(0);
    failure.set(null);
    state.addAndGet(EPOCH + OPEN);
    long others = Math.min(workers.length, (indices - 1) / chunkLength);
    for (int i = 0; i < others; i++) {
      workers[i].wake();
    }
    takeChunks(0);
    state.addAndGet(-OPEN);
    awaitOthers();
    body = NOTHING;
    rethrow(failure.get());
  }

  private void takeChunks(int worker) {
    try {
      long from = next.getAndAdd(chunk);
      while (from < count) {
        body.run(from, Math.min(from + chunk, count), worker);
        from = next.getAndAdd(chunk);
      }
    } catch (Throwable e) { // handed to the caller by share()
      next.set(count);
      failure.compareAndSet(null, e);
    }
  }

  private void awaitOthers() {
    long deadline = System.nanoTime() + SPIN_NANOS;
    while ((state.get() & INSIDE) != 0 && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
    if ((state.get() & INSIDE) != 0) {
      waiting = Thread.currentThread();
      while ((state.get() & INSIDE) != 0) {
        LockSupport.park(this); // returns at once while the caller is interrupted, which stays the caller's affair
      }
      waiting = null;
    }
  }

  private void leave() {
    if ((state.decrementAndGet() & (OPEN | INSIDE)) == 0) {
      LockSupport.unpark(waiting);
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    if (failure != null) {
      switch (failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(failure);
      }
    }
  }

  /** Ends the threads and waits for them; a loop in progress is finished by its caller. Idempotent. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Worker worker : workers) {
      worker.wake();
      while (worker.thread.isAlive() && !worker.thread.equals(Thread.currentThread())) {
        try {
          worker.thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thread of the crew. */
  private final class Worker {
    private final int index;
    private final Thread thread;
    private volatile boolean parked;

    Worker(int index) {
      this.index = index;
      this.thread = Thread.ofPlatform().daemon().name("gatun-worker-" + index).unstarted(this::work);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    private void work() {
      long seen = 0;
      while (!closed) {
        long open = state.get();
        if ((open & OPEN) == 0 || open / EPOCH == seen) {
          await(seen);
        } else if (state.compareAndSet(open, open + 1)) {
          seen = open / EPOCH;
          takeChunks(index);
          leave();
        }
      }
    }

    /** Returns when there may be an epoch that has not been seen, or the crew is closed. */
    private void await(long seen) {
      long deadline = System.nanoTime() + SPIN_NANOS;
      while (idle(seen) && System.nanoTime() - deadline < 0) {
        Thread.onSpinWait();
      }
      parked = true;
      while (idle(seen)) {
        LockSupport.park(Workers.this);
      }
      parked = false;
    }

    private boolean idle(long seen) {
      long now = state.get();
      return !closed && ((now & OPEN) == 0 || now / EPOCH == seen);
    }
  }
}
