package io.gatun.engine;

import io.gatun.model.Batch;
import io.gatun.model.KvCache;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Computes the logits, or the embeddings, of given tokens. */
final class LogitsTask implements Task {
  private final int[] tokens;
  private final LogitsRows rows;
  private final LogitsConsumer consumer;
  private final KvCache cache;
  private final Result result;
  private final CountDownLatch done = new CountDownLatch(1);
  private int fed;
  private int firstRow;
  private int firstPosition;
  private volatile boolean cancelled;
  private @Nullable Throwable failure;

  LogitsTask(int[] tokens, LogitsRows rows, LogitsConsumer consumer, KvCache cache, Result result) {
    this.tokens = tokens;
    this.rows = rows;
    this.consumer = consumer;
    this.cache = cache;
    this.result = result;
  }

  @Override
  public Result result() {
    return result;
  }

  @Override
  public int pending() {
    return done.getCount() == 0 ? 0 : tokens.length - fed;
  }

  @Override
  public void expire() {
    if (cancelled) {
      fail(new IllegalStateException("cancelled: the engine is closed or the waiting thread was interrupted"));
    }
  }

  @Override
  public int feed(Batch batch, int count) {
    boolean last = fed + count == tokens.length;
    var logits =
        switch (rows) {
          case ALL -> Batch.Logits.ALL;
          case LAST -> last ? Batch.Logits.LAST : Batch.Logits.NONE;
        };
    firstPosition = fed;
    firstRow = batch.add(cache, tokens, fed, fed + count, logits);
    fed += count;
    return firstRow;
  }

  @Override
  public boolean expects(int row) {
    return done.getCount() > 0;
  }

  @Override
  public void accept(int row, float[] logits) {
    int position = firstPosition + row - firstRow;
    try {
      consumer.accept(position, logits);
      if (position == tokens.length - 1) {
        end();
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  @Override
  public void fail(Throwable cause) {
    if (done.getCount() > 0) {
      failure = cause;
      end();
    }
  }

  private void end() {
    cache.close();
    done.countDown();
  }

  void cancel() {
    cancelled = true;
  }

  /** Waits for the end; an interrupted waiter gets an {@link IllegalStateException} and keeps its flag. */
  void await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      cancel();
      Waiting.uninterrupted(done::await);
      Thread.currentThread().interrupt();
    }
    Logits.rethrow(failure);
  }
}
