package io.gatun.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The species of the chosen width, constants so that the compiler sees through them, and memory as the kernels address
 * it.
 */
final class Lanes {
  private static final VectorShape SHAPE = VectorShape.forBitSize(VectorBits.chosen());

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);

  /** Floats in a vector. */
  static final int COUNT = FLOATS.length();

  /** Bytes of a vector. */
  static final long BYTES = FLOATS.vectorByteSize();

  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /**
   * All memory, for kernels that have checked their ranges: being a constant, it spares inner loops the question what
   * kind of segment they read, and whose it is. Its offsets are addresses.
   */
  static final MemorySegment MEMORY = everything();

  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Room for any address and what is added to it. */
  private static final long ADDRESS_BITS = (1L << 56) - 1;

  private Lanes() {}

  /**
   * The address, as a number that the compiler knows not to be negative. It then sees that the address and what an inner
   * loop adds to it are within {@link #MEMORY}; left to check them, it divides every short loop into four.
   */
  static long plain(long address) {
    return address & ADDRESS_BITS;
  }

  @SuppressWarnings("restricted") // the device insists on --enable-native-access
  private static MemorySegment everything() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  static FloatVector floats(long address) {
    return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
  }

  static IntVector ints(long address) {
    return IntVector.fromMemorySegment(INTS, MEMORY, address, ORDER);
  }

  static ShortVector shorts(long address) {
    return ShortVector.fromMemorySegment(SHORTS, MEMORY, address, ORDER);
  }

  static void put(FloatVector vector, long address) {
    vector.intoMemorySegment(MEMORY, address, ORDER);
  }

  static void put(IntVector vector, long address) {
    vector.intoMemorySegment(MEMORY, address, ORDER);
  }

  static void put(ShortVector vector, long address) {
    vector.intoMemorySegment(MEMORY, address, ORDER);
  }

  /** Fills memory with zeros, {@code bytes} a multiple of {@link #BYTES}; a slice of a segment would be garbage. */
  static void clear(long address, long bytes) {
    for (long i = 0; i < bytes; i += BYTES) {
      put(FloatVector.zero(FLOATS), plain(address + i));
    }
  }

  /**
   * Where {@code length} bytes of native memory are.
   *
   * @throws IndexOutOfBoundsException if they are not all in the segment
   * @throws IllegalStateException if it has been closed
   */
  static long address(MemorySegment segment, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, segment.byteSize());
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("weights at %d: their checkpoint is closed; keep it open while the device computes".formatted(offset));
    }
    return segment.address() + offset;
  }
}
