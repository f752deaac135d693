package io.gatun.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pages in host memory.
 *
 * <pre>
 *   page    per layer: the heads' keys, then the heads' values; every head starts at a multiple of 64 bytes
 *   keys    of a head: [PAGE_TOKENS / 16][keyDim][16 keys], so that 16 keys of one dimension lie side by side
 *   values  of a head: [PAGE_TOKENS][valueDim]
 *   q8_0    the codes in that order, then (at a multiple of 64 bytes) f16 scales in the same order, with
 *           ⌈dim / 32⌉ instead of dim: value = scale · code, scale = max|run| / 127
 * </pre>
 *
 * <p>Memory of released pages is kept for the next page. A new page's content is undefined.
 */
public final class HostKvPool implements KvPool {
  /** Keys that are interleaved. */
  public static final int KEYS = 16;

  private final KvLayout layout;
  private final HostMemory memory;
  private final List<KvRegion> keys = new ArrayList<>();
  private final List<KvRegion> values = new ArrayList<>();
  private final long pageBytes;

  /** By page number; replaced when it grows, so that kernels may read it while another thread allocates. */
  private volatile MemorySegment[] pages = {};

  private boolean[] used = {};
  private int created;
  private int inUse;

  HostKvPool(KvLayout layout, HostMemory memory) {
    this.layout = layout;
    this.memory = memory;
    this.pageBytes = divide(layout, keys, values);
  }

  /** Bytes of a page of keys and values in such a layout. */
  public static long pageBytes(KvLayout layout) {
    return divide(layout, new ArrayList<>(), new ArrayList<>());
  }

  private static long divide(KvLayout layout, List<KvRegion> keys, List<KvRegion> values) {
    long offset = 0;
    for (KvLayout.Layer layer : layout.layers()) {
      var key = new KvRegion(KvRegion.Order.KEYS_INTERLEAVED, layout.keyType(), layer.keyDim(), offset);
      offset = key.offset(layer.headCountKv());
      var value = new KvRegion(KvRegion.Order.TOKEN_BY_TOKEN, layout.valueType(), layer.valueDim(), offset);
      offset = value.offset(layer.headCountKv());
      keys.add(key);
      values.add(value);
    }
    return offset;
  }

  /** @throws IllegalArgumentException if {@code pool} is not in host memory */
  public static HostKvPool of(KvPool pool) {
    if (pool instanceof HostKvPool host) {
      return host;
    }
    throw new IllegalArgumentException(
        "pages of %s: expected a pool that this device made".formatted(pool.getClass().getName()));
  }

  @Override
  public KvLayout layout() {
    return layout;
  }

  @Override
  public long pageBytes() {
    return pageBytes;
  }

  @Override
  public int allocate() {
    synchronized (memory) { // whose closing waits
      memory.requireOpen();
      int page = 0;
      while (page < created && used[page]) {
        page++;
      }
      if (page == created) {
        create();
      }
      used[page] = true;
      inUse++;
      return page;
    }
  }

  private void create() {
    MemorySegment segment = memory.allocate(pageBytes, "a page of keys and values");
    int length = Math.max(16, 2 * created);
    MemorySegment[] all = created == used.length ? Arrays.copyOf(pages, length) : pages;
    if (created == used.length) {
      used = Arrays.copyOf(used, length);
    }
    all[created] = segment;
    pages = all; // after the element, so that whoever sees the array sees the page
    created++;
  }

  @Override
  public int copy(int page) {
    synchronized (memory) {
      requireUsed(page);
      int copy = allocate();
      pages[copy].copyFrom(pages[page]);
      return copy;
    }
  }

  @Override
  public void release(int page) {
    synchronized (memory) {
      requireUsed(page);
      used[page] = false;
      inUse--;
    }
  }

  @Override
  public String format() {
    return "host-1 k %s v %s %s".formatted(layout.keyType().id(), layout.valueType().id(), layout.layers());
  }

  @Override
  public void save(int page, MemorySegment target) {
    synchronized (memory) {
      requireUsed(page);
      target.copyFrom(pages[page]);
    }
  }

  @Override
  public void load(int page, MemorySegment source) {
    synchronized (memory) {
      requireUsed(page);
      pages[page].copyFrom(source);
    }
  }

  @Override
  public int pagesInUse() {
    synchronized (memory) {
      return inUse;
    }
  }

  private void requireUsed(int page) {
    if (page < 0 || page >= created || !used[page]) {
      throw new IllegalArgumentException("page %d is not in use; %d pages are".formatted(page, inUse));
    }
  }

  /** @throws IllegalArgumentException if one of the pages is not in use */
  void requireUsed(int[] numbers, int count) {
    if (count > numbers.length) {
      throw new IllegalArgumentException("a sequence of %d pages: its position needs %d".formatted(numbers.length, count));
    }
    synchronized (memory) {
      for (int i = 0; i < count; i++) {
        requireUsed(numbers[i]);
      }
    }
  }

  /** The bytes of a page. */
  public MemorySegment page(int page) {
    return pages[page];
  }

  /** How a layer's keys lie in a page. */
  public KvRegion keys(int layer) {
    return keys.get(layer);
  }

  /** How a layer's values lie in a page. */
  public KvRegion values(int layer) {
    return values.get(layer);
  }
}
