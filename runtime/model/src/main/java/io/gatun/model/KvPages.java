package io.gatun.model;

import io.gatun.device.KvPool;
import java.util.Arrays;

/**
 * The pages of a pool, counted, so that forked caches can share them. Thread-safe; caches of several threads may end at
 * the same time.
 */
public final class KvPages {
  private final KvPool pool;
  private final KvStates states;
  private int[] references = new int[16];

  KvPages(KvPool pool, KvStates states) {
    this.pool = pool;
    this.states = states;
  }

  KvStates states() {
    return states;
  }

  /** Whether sequences also carry a state that is not in the pages, and that a saved cache lacks. */
  public boolean hasStates() {
    return !states.isEmpty();
  }

  /** The pool itself, for the device's operations. */
  public KvPool pool() {
    return pool;
  }

  /** Pages in use by any cache. */
  public int inUse() {
    return pool.pagesInUse();
  }

  synchronized int allocate() {
    return counted(pool.allocate());
  }

  synchronized void retain(int page) {
    references[page]++;
  }

  synchronized void release(int page) {
    if (--references[page] == 0) {
      pool.release(page);
    }
  }

  /** The page itself if nobody else uses it, else a copy in its place. */
  synchronized int exclusive(int page) {
    if (references[page] == 1) {
      return page;
    }
    int copy = counted(pool.copy(page));
    references[page]--;
    return copy;
  }

  private int counted(int page) {
    if (page >= references.length) {
      references = Arrays.copyOf(references, Math.max(page + 1, 2 * references.length));
    }
    references[page] = 1;
    return page;
  }
}
