package io.gatun.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A buffer in host memory: float32 in native order, row after row without gaps, aligned to {@link
 * HostMemory#ALIGNMENT} bytes. Lives as long as its device; as thread-safe as memory is.
 */
public final class HostBuffer implements Buffer {
  private final MemorySegment segment;
  private final long rows;
  private final long cols;

  HostBuffer(MemorySegment segment, long rows, long cols) {
    this.segment = segment;
    this.rows = rows;
    this.cols = cols;
  }

  /** @throws IllegalArgumentException if {@code buffer} is not in host memory */
  public static HostBuffer of(Buffer buffer) {
    if (buffer instanceof HostBuffer host) {
      return host;
    }
    throw new IllegalArgumentException(
        "buffer of %s: expected one that this device made".formatted(buffer.getClass().getName()));
  }

  /** The values. */
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public long cols() {
    return cols;
  }

  /** The number of values. */
  public long values() {
    return rows * cols;
  }

  @Override
  public HostBuffer first(long count) {
    if (count < 0 || count > rows) {
      throw new IllegalArgumentException("first %d rows of a buffer %s".formatted(count, this));
    }
    return new HostBuffer(segment.asSlice(0, count * cols * Float.BYTES), count, cols);
  }

  /** Some of its rows. */
  public HostBuffer rows(long first, long count) {
    return new HostBuffer(segment.asSlice(first * cols * Float.BYTES, count * cols * Float.BYTES), count, cols);
  }

  @Override
  public HostBuffer reshaped(long newRows, long newCols) {
    if (newRows < 0 || newCols < 1 || Math.multiplyExact(newRows, newCols) > values()) {
      throw new IllegalArgumentException("buffer %s as [%d, %d]".formatted(this, newRows, newCols));
    }
    return new HostBuffer(segment.asSlice(0, newRows * newCols * Float.BYTES), newRows, newCols);
  }

  /** The value at flat index {@code row · cols + col}. */
  float at(long index) {
    return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  void put(long index, float value) {
    segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
  }

  /** Copies {@code count} values from a flat index on to the start of {@code target}. */
  void copyTo(long index, float[] target, int count) {
    MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, index * Float.BYTES, target, 0, count);
  }

  /** Copies the first {@code count} of {@code values} to a flat index. */
  void copyFrom(float[] values, long index, int count) {
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, index * Float.BYTES, count);
  }

  /** For messages: {@code [rows, cols]}. */
  @Override
  public String toString() {
    return "[%d, %d]".formatted(rows, cols);
  }
}
