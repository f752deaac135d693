package io.gatun.device;

import io.gatun.tensors.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The off-heap memory of one device that computes on the host: one arena for everything that the device makes. Owned by
 * its device; thread-safe.
 */
public final class HostMemory implements AutoCloseable {
  /** Bytes that every allocation is aligned to: a cache line, and the widest vector. */
  public static final long ALIGNMENT = 64;

  private final Arena arena;
  private volatile boolean refusing;

  /** Memory that is empty so far. */
  public HostMemory() {
    this(Arena.ofShared());
  }

  /**
   * Memory from an arena of a special kind.
   *
   * @param arena owned by this memory from now on; shared between threads, and gives zeroed bytes
   */
  public HostMemory(Arena arena) {
    this.arena = arena;
  }

  /** A zeroed buffer {@code [rows, cols]}. */
  public HostBuffer buffer(long rows, long cols) {
    if (rows < 0 || cols < 1) {
      throw new IllegalArgumentException("buffer [%d, %d]: expected rows ≥ 0 and cols ≥ 1".formatted(rows, cols));
    }
    long bytes = Math.multiplyExact(Math.multiplyExact(rows, cols), Float.BYTES);
    return new HostBuffer(allocate(bytes, "a buffer [%d, %d]".formatted(rows, cols)), rows, cols);
  }

  /** The values of a small tensor as a buffer {@code [1, values]}. */
  public HostBuffer vector(TensorData tensor) {
    HostMatrix.decodable(tensor);
    int count = Math.toIntExact(tensor.values());
    var values = new float[count];
    tensor.decode(0, Math.toIntExact(tensor.rows()), values);
    HostBuffer buffer = buffer(1, count);
    MemorySegment.copy(values, 0, buffer.segment(), ValueLayout.JAVA_FLOAT, 0, count);
    return buffer;
  }

  /** Pages for keys and values in this memory. */
  public HostKvPool kvPool(KvLayout layout) {
    requireOpen();
    return new HostKvPool(layout, this);
  }

  /**
   * Zeroed bytes, aligned to {@link #ALIGNMENT}, that live as long as the device.
   *
   * @param what for the message
   * @throws DeviceException if there is no memory for them
   */
  public MemorySegment allocate(long bytes, String what) {
    requireOpen();
    try {
      return arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new DeviceException(
          "no memory for %s, %d bytes: %s; raise -XX:MaxDirectMemorySize or ask for less context"
              .formatted(what, bytes, e.getMessage()),
          e);
    }
  }

  /** @throws IllegalStateException if the device has been closed */
  public void requireOpen() {
    if (refusing) {
      throw new IllegalStateException("the device is closed, and its buffers, matrices and pages with it");
    }
  }

  /**
   * Makes {@link #requireOpen} fail from now on, and frees nothing yet. A device calls it before it waits for the
   * operation in flight: freeing memory under a thread that reads it would leave that thread interrupted.
   */
  public void refuse() {
    refusing = true;
  }

  /** Frees everything. Idempotent. */
  @Override
  public synchronized void close() {
    refuse();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
