package io.gatun.cpu.rows;

import io.gatun.device.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory as loops over rows address it. */
final class Memory {
  /** All of it, for loops that have checked their ranges. Its offsets are addresses. */
  static final MemorySegment MEMORY = everything();

  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Memory() {}

  @SuppressWarnings("restricted") // the device insists on --enable-native-access
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  static float get(long address, long i) {
    return MEMORY.get(FLOAT, address + i * Float.BYTES);
  }

  static float get(HostBuffer buffer, long index) {
    return get(at(buffer, index), 0);
  }

  static void set(long address, long i, float value) {
    MEMORY.set(FLOAT, address + i * Float.BYTES, value);
  }

  /** Address of a float of a buffer. */
  static long at(HostBuffer buffer, long index) {
    return buffer.segment().address() + index * Float.BYTES;
  }

  /** The next multiple of 16. */
  static long padded(long count) {
    return (count + 15) / 16 * 16;
  }

  /** Copies {@code count} floats. */
  static void copy(long from, long to, long count) {
    for (long i = 0; i < count; i++) {
      set(to, i, get(from, i));
    }
  }

  /** Sets {@code count} floats. */
  static void fill(long address, float value, long count) {
    for (long i = 0; i < count; i++) {
      set(address, i, value);
    }
  }

  /** Fills memory with zeros, {@code bytes} a multiple of 8; a slice of a segment would be garbage. */
  static void clear(long address, long bytes) {
    for (long i = 0; i < bytes; i += Long.BYTES) {
      MEMORY.set(LONG, address + i, 0);
    }
  }
}
