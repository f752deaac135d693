package io.gatun.device;

import java.lang.foreign.MemorySegment;

/**
 * Memory for keys and values in pages of {@link #PAGE_TOKENS} tokens, all layers of a token in the same page. A page is
 * named by a small integer that stays valid until released. The layout inside a page is the device's own affair.
 *
 * <p>Thread-safe. Freed with its device.
 */
public interface KvPool {

  /** Tokens in a page. */
  int PAGE_TOKENS = 64;

  KvLayout layout();

  /** Bytes of one page. */
  long pageBytes();

  /** @throws DeviceException if there is no memory for another page */
  int allocate();

  /** A new page with the same content. */
  int copy(int page);

  /** @throws IllegalArgumentException if the page is not in use */
  void release(int page);

  /** Names the layout of bytes inside a page: pages saved under one name can be loaded under the same. */
  String format();

  /**
   * Copies a page's bytes out, to save them.
   *
   * @param target {@link #pageBytes()} bytes
   * @throws IllegalArgumentException if the page is not in use
   */
  void save(int page, MemorySegment target);

  /** Copies saved bytes, {@link #pageBytes()} of them, into a page in use. */
  void load(int page, MemorySegment source);

  /** Pages allocated and not released. */
  int pagesInUse();
}
