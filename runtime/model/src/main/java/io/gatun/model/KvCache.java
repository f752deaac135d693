package io.gatun.model;

import io.gatun.device.Buffer;
import io.gatun.device.KvPool;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cached keys and values of one sequence: a list of pages and a length in tokens, and the state of models that
 * carry one from token to token. Forks share pages and state until one of them writes. A state is that of all tokens:
 * it cannot be taken back to fewer, see {@link #reusable}. Used by one thread at a time; owned by whoever made it, and
 * to be closed before its device.
 */
public final class KvCache implements AutoCloseable {
  private final KvPages pages;
  private int[] table = new int[0];
  private KvStates.@Nullable State state;
  private int length;

  /** An empty cache. */
  KvCache(KvPages pages) {
    this.pages = pages;
  }

  /** Tokens in it. */
  public int length() {
    return length;
  }

  /**
   * How many of the first {@code tokens} can be kept or shared: all of them, or none if there is a state, and it is that of
   * more tokens.
   */
  public int reusable(int tokens) {
    return tokens == length || pages.states().isEmpty() ? tokens : 0;
  }

  /** Whether it can be taken back to any number of its tokens. */
  public boolean isTruncatable() {
    return pages.states().isEmpty();
  }

  /** A second sequence with the same tokens so far. */
  public KvCache fork() {
    var fork = new KvCache(pages);
    fork.share(this, length);
    return fork;
  }

  /**
   * Takes over the first tokens of another sequence without computing or copying them.
   *
   * @param source has at least {@code tokens}, and can share them
   * @throws IllegalStateException if this one is not empty
   */
  public void share(KvCache source, int tokens) {
    if (length != 0) {
      throw new IllegalStateException("a cache of %d tokens, expected an empty one".formatted(length));
    }
    if (tokens < 0 || tokens > source.length) {
      throw new IllegalArgumentException("%d tokens, expected 0 to %d".formatted(tokens, source.length));
    }
    source.requireReusable(tokens);
    if (tokens > 0 && source.state != null) {
      state = source.state;
      pages.states().retain(source.state);
    }
    table = Arrays.copyOf(source.table, pagesFor(tokens));
    length = tokens;
    for (int page : table) {
      pages.retain(page);
    }
  }

  /**
   * Forgets all tokens from {@code newLength} on.
   *
   * @throws IllegalArgumentException if there are fewer, or if they cannot be kept without the others
   */
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException("length %d, expected 0 to %d".formatted(newLength, length));
    }
    requireReusable(newLength);
    if (newLength == 0 && state != null) {
      pages.states().release(state);
      state = null;
    }
    int kept = pagesFor(newLength);
    for (int i = kept; i < table.length; i++) {
      pages.release(table[i]);
    }
    table = Arrays.copyOf(table, kept);
    length = newLength;
  }

  private void requireReusable(int tokens) {
    if (reusable(tokens) != tokens) {
      throw new IllegalArgumentException("the state of %d tokens cannot be taken back to %d".formatted(length, tokens));
    }
  }

  /** Pages that hold its tokens. */
  public int pageCount() {
    return table.length;
  }

  /**
   * Copies the bytes of one of its pages out, to save them.
   *
   * @param index 0 to {@link #pageCount()} − 1
   * @param target as many bytes as the pool's pages have
   */
  public void savePage(int index, MemorySegment target) {
    pages.pool().save(table[index], target);
  }

  /**
   * Fills an empty cache with saved pages, of a model without states.
   *
   * @param tokens that they hold
   * @param saved the pages one after the other
   * @throws IllegalStateException if it is not empty
   * @throws io.gatun.device.DeviceException if there is no memory; the cache is then empty
   */
  public void load(int tokens, MemorySegment saved) {
    if (length != 0) {
      throw new IllegalStateException("a cache of %d tokens, expected an empty one".formatted(length));
    }
    append(tokens);
    long bytes = pages.pool().pageBytes();
    for (int i = 0; i < table.length; i++) {
      pages.pool().load(table[i], saved.asSlice(i * bytes, bytes));
    }
  }

  /**
   * Makes room for {@code tokens} more and counts them as there: the forward pass that this is part of writes them.
   *
   * @throws io.gatun.device.DeviceException if there is no memory; the cache is then unchanged
   */
  void append(int tokens) {
    if (!pages.states().isEmpty()) {
      state = state == null ? pages.states().allocate() : pages.states().exclusive(state);
    }
    int newLength = Math.addExact(length, tokens);
    int[] grown = Arrays.copyOf(table, Math.max(table.length, pagesFor(newLength)));
    if (length % KvPool.PAGE_TOKENS != 0) {
      int last = length / KvPool.PAGE_TOKENS;
      grown[last] = pages.exclusive(grown[last]);
      table[last] = grown[last];
    }
    for (int i = table.length; i < grown.length; i++) {
      try {
        grown[i] = pages.allocate();
      } catch (RuntimeException e) {
        for (int j = table.length; j < i; j++) {
          pages.release(grown[j]);
        }
        throw e;
      }
    }
    table = grown;
    length = newLength;
  }

  /** The pages in order; valid until the next change. */
  int[] table() {
    return table;
  }

  KvPages pages() {
    return pages;
  }

  /** The state that the next tokens change; only of models that have one, and after {@link #append}. */
  Buffer state() {
    return Objects.requireNonNull(state).buffer();
  }

  /** Gives all pages back. Idempotent. */
  @Override
  public void close() {
    truncate(0);
  }

  private static int pagesFor(int tokens) {
    return Math.ceilDiv(tokens, KvPool.PAGE_TOKENS);
  }
}
