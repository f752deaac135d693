package io.gatun.device;

/** Float32 values {@code [rows, cols]}, row-major, in the memory of the {@link Device} that made it and lives as long. */
public interface Buffer {

  long rows();

  long cols();

  /** The first {@code rows} rows as a view of the same memory; {@code rows} may be 0. */
  Buffer first(long rows);

  /** The start of the same memory as {@code [rows, cols]}. */
  Buffer reshaped(long rows, long cols);
}
