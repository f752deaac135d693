package io.gatun.cpu.rows;

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

  /** Fills memory with zeros, {@code bytes} a multiple of 8; a slice of a segment would be garbage. */
  static void clear(long address, long bytes) {
    for (long i = 0; i < bytes; i += Long.BYTES) {
      MEMORY.set(LONG, address + i, 0);
    }
  }
}
